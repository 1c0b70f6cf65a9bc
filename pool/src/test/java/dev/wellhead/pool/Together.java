// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a few actors do one thing each at the same moment, again and again, as jcstress does: all meet, act, meet again;
 * then the state is judged and made anew.
 */
final class Together implements AutoCloseable {

    /** One thing, done once a round by one thread. */
    @FunctionalInterface
    interface Act {
        void run() throws Exception;
    }

    private static final int SPINS = 2_000;

    private final List<Act> acts;
    private final List<CompletableFuture<Boolean>> threads = new ArrayList<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger round = new AtomicInteger();
    private volatile boolean over;

    Together(Act... acts) {
        this.acts = List.of(acts);
        for (var act : this.acts) {
            threads.add(Work.async(() -> {
                for (int next = 1; await(next); next++) {
                    try {
                        act.run();
                    } finally {
                        finished.incrementAndGet();
                    }
                }
                return true;
            }));
        }
    }

    /** False when it is over. */
    private boolean await(int next) {
        arrived.incrementAndGet();
        for (int spins = 0; round.get() < next; spins++) {
            if (over) {
                return false;
            }
            relax(spins);
        }
        return true;
    }

    private static void relax(int spins) {
        if (spins < SPINS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(10_000);
        }
    }

    /** One round: returns when all have acted. */
    void once() {
        waitFor(arrived);
        arrived.set(0);
        finished.set(0);
        round.incrementAndGet();
        waitFor(finished);
    }

    private void waitFor(AtomicInteger count) {
        for (int spins = 0; count.get() < acts.size(); spins++) {
            relax(spins);
            for (var thread : threads) {
                if (thread.isCompletedExceptionally()) {
                    Work.get(thread);
                }
            }
        }
    }

    @Override
    public void close() {
        over = true;
        threads.forEach(Work::get);
    }
}
