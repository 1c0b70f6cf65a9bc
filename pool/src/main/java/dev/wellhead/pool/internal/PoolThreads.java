// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that all pools of the process share, all daemons.
 *
 * <p>One housekeeper keeps time: what runs on it touches memory only and hands everything that may block (connects,
 * validations, closes, logging, listeners) to workers. Workers come and go with the work. Their number has no limit here:
 * each pool has its {@link Crews}, each listener one worker at most, so that a pool whose driver hangs takes no worker
 * from another.
 */
final class PoolThreads {

    private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);
    private static final int MOST_SHARED = 64;
    private static final long WORKER_IDLE_SECONDS = 5;

    private static final ScheduledThreadPoolExecutor HOUSEKEEPER = housekeeper();
    private static final ThreadPoolExecutor WORKERS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            WORKER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("wellhead-worker"));
    private static final Crew SHARED = new Crew(MOST_SHARED);

    private PoolThreads() {}

    /** Runs work that belongs to no pool; never a call into a driver, for it would keep a worker of all pools. */
    static void work(Runnable task) {
        SHARED.work(task);
    }

    /** Runs a task of a {@link Crew} or {@link Mailbox}, which bound how many there are. */
    static void execute(Runnable task) {
        WORKERS.execute(logged(task));
    }

    /** Runs something quick, that never blocks, after a while. */
    static Future<?> after(long delayNanos, Runnable task) {
        return HOUSEKEEPER.schedule(logged(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }

    /** Runs something quick, that never blocks, again and again. */
    static ScheduledFuture<?> every(long periodNanos, Runnable task) {
        return HOUSEKEEPER.scheduleWithFixedDelay(logged(task), periodNanos, periodNanos, TimeUnit.NANOSECONDS);
    }

    /** Runs a task; what it throws is logged. */
    static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("background task failed", Secret.mask(e));
        }
    }

    private static Runnable logged(Runnable task) {
        return () -> run(task);
    }

    private static ScheduledThreadPoolExecutor housekeeper() {
        var executor = new ScheduledThreadPoolExecutor(1, daemons("wellhead-housekeeper"));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static ThreadFactory daemons(String name) {
        var number = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
