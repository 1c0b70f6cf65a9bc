// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * So many of the process's workers, and no more, for one kind of work of one pool: a driver that hangs keeps these and
 * nobody else's.
 *
 * <p>Work begins at once while fewer than the limit are busy; else it waits, in order, for the first that is free. The
 * backlog has no limit of its own: it holds connections that must still be closed and the like, which cannot be dropped
 * and are bounded by what the pool has opened.
 */
final class Crew implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(Crew.class);
    private static final long NO_THREAD_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final int most;
    private final Queue<Runnable> backlog = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();

    Crew(int most) {
        this.most = most;
    }

    /** Runs work that may block. */
    void work(Runnable task) {
        backlog.add(task);
        callOne();
    }

    @Override
    public void execute(Runnable task) {
        work(task);
    }

    /** Whether nothing is under way and nothing waits, at this moment. */
    boolean isIdle() {
        return backlog.isEmpty() && busy.get() == 0;
    }

    private void callOne() {
        if (!tryEnter()) {
            // All are busy; whoever is done first looks into the backlog again.
            return;
        }
        try {
            PoolThreads.execute(this::workOff);
        } catch (OutOfMemoryError noThread) {
            busy.decrementAndGet();
            LOG.error("no thread for a background task", noThread);
            var unused = PoolThreads.after(NO_THREAD_RETRY_NANOS, this::callOne);
        }
    }

    private boolean tryEnter() {
        for (int now = busy.get(); now < most; now = busy.get()) {
            if (busy.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    private void workOff() {
        do {
            for (var task = backlog.poll(); task != null; task = backlog.poll()) {
                PoolThreads.run(task);
            }
            busy.decrementAndGet();
            // What was added after the last look, by one who saw this worker still busy, is this worker's.
        } while (!backlog.isEmpty() && tryEnter());
    }
}
