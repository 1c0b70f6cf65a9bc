// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the checks of one database take place.
 *
 * <ul>
 *   <li>Every {@link HealthPolicy#interval()}.
 *   <li>At once when something speaks against the database, and every second while the last check failed; together no
 *       more than one in a second, with a jitter of a fifth.
 *   <li>Four times a second while the breaker is open, so that it does not lengthen the way back.
 *   <li>While the pool is quiet none, so that the database may sleep; only where the last check failed it is asked every
 *       interval until it answers: what is down is not woken, and nobody else would ever put the verdict right.
 * </ul>
 *
 * <p>Everything here runs on the timer of {@link HealthThreads} or on the thread of who doubts; it only touches memory.
 */
final class HealthPace {

    private static final Logger LOG = LoggerFactory.getLogger(HealthPace.class);
    static final long LEAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long WAITED_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final double JITTER = 0.2;

    private final HealthMonitor monitor;
    private final Supplier<DatabaseConfig> current;
    private final AtomicBoolean isDue = new AtomicBoolean();
    private volatile long begunNanos;
    private volatile @Nullable Future<?> looks;

    HealthPace(HealthMonitor monitor, Supplier<DatabaseConfig> current) {
        this.monitor = monitor;
        this.current = current;
    }

    /** Begins; the first check is at once. */
    void start() {
        long interval = current.get().health().interval().toNanos();
        begunNanos = System.nanoTime() - interval;
        looks = HealthThreads.every(lookNanos(interval), () -> {
            try {
                look(interval);
            } catch (RuntimeException e) {
                // Thrown on, it would end all looks to come.
                LOG.warn("health look failed pool={}", current.get().name(), Secret.mask(e));
            }
        });
    }

    void stop() {
        var before = looks;
        if (before != null) {
            before.cancel(false);
        }
        looks = null;
    }

    /** A check has begun. */
    void begun() {
        begunNanos = System.nanoTime();
    }

    /** A check out of turn, unless there was one a moment ago: then as soon as the pause is over. */
    void soon() {
        if (isOver() || monitor.isAsleep() || !isDue.compareAndSet(false, true)) {
            return;
        }
        long due = begunNanos + jittered(pauseNanos()) - System.nanoTime();
        var unused = HealthThreads.after(Math.max(0, due), () -> {
            isDue.set(false);
            if (isOver() || monitor.isAsleep()) {
                return;
            }
            if (System.nanoTime() - begunNanos < (1 - JITTER) * pauseNanos()) {
                // Another has begun since: this one was asked for just before, and would be a second strike at once.
                soon();
            } else {
                monitor.begin();
            }
        });
    }

    /** What is between two checks, on average. */
    private long pauseNanos() {
        long pause = lookNanos(current.get().health().interval().toNanos());
        return monitor.isWaitedFor() ? Math.min(pause, WAITED_FOR_NANOS) : pause;
    }

    private boolean isOver() {
        return looks == null || monitor.isClosed();
    }

    private void look(long intervalNanos) {
        boolean asleep = monitor.isAsleep();
        boolean stalls = !asleep && monitor.seesStall();
        if (asleep && !monitor.hasStrike()) {
            monitor.sleep();
        } else if (System.nanoTime() - begunNanos >= intervalNanos - lookNanos(intervalNanos) / 2) {
            monitor.begin();
        } else if (stalls) {
            soon();
        }
    }

    private static long lookNanos(long intervalNanos) {
        return Math.min(intervalNanos, LEAST_PAUSE_NANOS);
    }

    static long jittered(long nanos) {
        return (long) (nanos * ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER));
    }
}
