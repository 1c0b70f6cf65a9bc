// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
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
 * validations, closes, logging) to workers. Workers come and go with the work, up to a limit that only hanging drivers
 * can reach; then work is handed in again a moment later.
 */
final class PoolThreads {

    private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);
    private static final int MAX_WORKERS = 512;
    private static final long WORKER_IDLE_SECONDS = 5;
    private static final long RESUBMIT_MILLIS = 50;

    private static final ScheduledThreadPoolExecutor HOUSEKEEPER = housekeeper();
    private static final ThreadPoolExecutor WORKERS = new ThreadPoolExecutor(
            0,
            MAX_WORKERS,
            WORKER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("wellhead-worker"));

    private PoolThreads() {}

    /** Runs work that may block. */
    static void work(Runnable task) {
        try {
            WORKERS.execute(logged(task));
        } catch (RejectedExecutionException allBusy) {
            var unused = after(TimeUnit.MILLISECONDS.toNanos(RESUBMIT_MILLIS), () -> work(task));
        }
    }

    /** Workers as an executor, for {@link java.sql.Connection#abort}. */
    static Executor workers() {
        return PoolThreads::work;
    }

    /** Runs something quick, that never blocks, after a while. */
    static Future<?> after(long delayNanos, Runnable task) {
        return HOUSEKEEPER.schedule(logged(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }

    /** Runs something quick, that never blocks, again and again. */
    static ScheduledFuture<?> every(long periodNanos, Runnable task) {
        return HOUSEKEEPER.scheduleWithFixedDelay(logged(task), periodNanos, periodNanos, TimeUnit.NANOSECONDS);
    }

    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("background task failed", e);
            }
        };
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
