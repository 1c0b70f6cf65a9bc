// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that check the health of all databases of the process.
 *
 * <p>One timer, which only starts and ends things, and {@value #WORKERS} workers. A check that takes longer than
 * {@value #STUCK_MILLIS} ms counts as stuck, and for as long as it is there may be {@value #WORKERS_PER_STUCK} workers
 * more, so that many stuck ones delay nobody else's for long: even if all are, their number multiplies by five each
 * {@value #STUCK_MILLIS} ms. Workers are started only for checks that wait, so the bound is 1 +
 * {@value #WORKERS} + one for each database that is being checked, and for one whose driver does not even heed an abort
 * {@link HealthMonitor#MOST_PROBES}. All are daemons and end after ten seconds without work.
 */
final class HealthThreads {

    private static final int WORKERS = 2;
    private static final long STUCK_MILLIS = 100;
    private static final int WORKERS_PER_STUCK = 4;
    private static final long KEEP_SECONDS = 10;

    private static final ScheduledThreadPoolExecutor TIMER = timer();
    private static final ThreadPoolExecutor POOL = workers();

    private static final Object SIZE = new Object();
    private static int stuck;

    private HealthThreads() {}

    /** Runs it on a worker. */
    static void work(Runnable task) {
        POOL.execute(() -> {
            var watch = new StuckWatch();
            var timer = TIMER.schedule(watch::stuck, STUCK_MILLIS, TimeUnit.MILLISECONDS);
            try {
                task.run();
            } finally {
                timer.cancel(false);
                watch.ended();
            }
        });
    }

    /** Runs it on the timer: it must neither wait nor do I/O. */
    static ScheduledFuture<?> after(long delayNanos, Runnable quick) {
        return TIMER.schedule(quick, delayNanos, TimeUnit.NANOSECONDS);
    }

    /** Runs it on the timer now and then after each pause: it must neither wait nor do I/O. */
    static ScheduledFuture<?> every(long pauseNanos, Runnable quick) {
        return TIMER.scheduleWithFixedDelay(quick, 0, pauseNanos, TimeUnit.NANOSECONDS);
    }

    /** Whether one task counts as stuck. */
    private static final class StuckWatch {
        private boolean counted;
        private boolean over;

        void stuck() {
            synchronized (SIZE) {
                if (!over) {
                    counted = true;
                    resize(1);
                }
            }
        }

        void ended() {
            synchronized (SIZE) {
                over = true;
                if (counted) {
                    resize(-1);
                }
            }
        }

        private static void resize(int change) {
            stuck += change;
            int size = WORKERS + WORKERS_PER_STUCK * stuck;
            if (size > POOL.getMaximumPoolSize()) {
                POOL.setMaximumPoolSize(size);
                POOL.setCorePoolSize(size);
            } else {
                POOL.setCorePoolSize(size);
                POOL.setMaximumPoolSize(size);
            }
        }
    }

    private static ThreadPoolExecutor workers() {
        var pool = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "wellhead-health"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ScheduledThreadPoolExecutor timer() {
        var timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "wellhead-health-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(KEEP_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
