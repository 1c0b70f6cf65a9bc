// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts requests that are being answered, so that a drain can wait for those that had begun before it; later ones, the
 * probes of monitors among them, do not hold it up.
 */
final class RunningRequests {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final List<Batch> earlier = new ArrayList<>();
    private Batch current = new Batch();

    /** Requests that began before the same drain. */
    static final class Batch {
        private int running;
    }

    /** A request begins; what this returns goes to {@link #ended}. */
    Batch began() {
        lock.lock();
        try {
            current.running++;
            return current;
        } finally {
            lock.unlock();
        }
    }

    void ended(Batch batch) {
        lock.lock();
        try {
            batch.running--;
            if (batch.running == 0) {
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for all requests that have begun so far; false when time ran out. */
    boolean awaitEarlier(Duration limit) throws InterruptedException {
        long leftNanos = limit.toNanos();
        lock.lock();
        try {
            earlier.add(current);
            current = new Batch();
            while (true) {
                earlier.removeIf(batch -> batch.running == 0);
                if (earlier.isEmpty()) {
                    return true;
                }
                if (leftNanos <= 0) {
                    return false;
                }
                leftNanos = ended.awaitNanos(leftNanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
