// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line of numbers of a database in each {@link LogPolicy#statisticsInterval()}: the pool as it is, and what
 * has happened since the line before. None while nothing is open and nothing happens.
 *
 * <p>The timer of {@link HealthThreads} looks once a second whether a line is due, so that another interval counts at
 * once; a worker writes it.
 */
final class StatisticsLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatisticsLog.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What the line before has told. */
    private record Told(PoolSnapshot pool, CallCounters calls) {}

    private final Supplier<LogPolicy> policy;
    private final Supplier<PoolSnapshot> pool;
    private final Supplier<CallCounters> calls;
    private final AtomicReference<@Nullable Told> told = new AtomicReference<>();
    private volatile long lastNanos;
    private volatile @Nullable Future<?> looks;

    StatisticsLog(Supplier<LogPolicy> policy, Supplier<PoolSnapshot> pool, Supplier<CallCounters> calls) {
        this.policy = policy;
        this.pool = pool;
        this.calls = calls;
    }

    /** Begins; the first line comes after one interval. */
    void start() {
        told.set(new Told(pool.get(), calls.get()));
        lastNanos = System.nanoTime();
        looks = HealthThreads.every(LOOK_NANOS, () -> look(System.nanoTime()));
    }

    /** Whether a line is due; quick. */
    void look(long now) {
        long interval = policy.get().statisticsInterval().toNanos();
        if (interval == 0 || now - lastNanos < interval || !LOG.isInfoEnabled()) {
            return;
        }
        lastNanos = now;
        HealthThreads.work(this::write);
    }

    private void write() {
        try {
            var now = new Told(pool.get(), calls.get());
            var before = told.getAndSet(now);
            if (before != null && now.pool.state() != PoolState.CLOSED && !isIdle(before, now)) {
                write(before, now);
            }
        } catch (RuntimeException e) {
            LOG.warn("statistics not written", Secret.mask(e));
        }
    }

    private static boolean isIdle(Told before, Told now) {
        return now.pool.total() == 0
                && now.pool.requests() == before.pool.requests()
                && now.pool.counters().openFailed() == before.pool.counters().openFailed();
    }

    private static void write(Told before, Told now) {
        var pool = now.pool;
        var then = before.pool.counters();
        var counters = pool.counters();
        long served = counters.direct() + counters.waited() - then.direct() - then.waited();
        LOG.info(
                "pool statistics pool={} intervalMs={} active={} idle={} waiting={} total={} maxSize={} utilization={}"
                        + " acquired={} waited={} refused={} opened={} openFailed={} closed={} errors={} rolledBack={}"
                        + " leaks={} calls={} failed={} retries={}{}",
                pool.pool(),
                Duration.between(before.pool.taken(), pool.taken()).toMillis(),
                pool.active(),
                pool.idle(),
                pool.waiting(),
                pool.total(),
                pool.maxSize(),
                decimal(pool.utilizationPercent()),
                served,
                counters.waited() - then.waited(),
                counters.refusedTotal() - then.refusedTotal(),
                counters.opened() - then.opened(),
                counters.openFailed() - then.openFailed(),
                counters.closedTotal() - then.closedTotal(),
                counters.errors() - then.errors(),
                counters.rolledBack() - then.rolledBack(),
                counters.leaksSuspected() - then.leaksSuspected(),
                now.calls.calls() - before.calls.calls(),
                now.calls.failed() - before.calls.failed(),
                now.calls.retries() - before.calls.retries(),
                meanText(before.calls, now.calls));
    }

    /** The mean time of the calls that succeeded since; nothing where none did. */
    private static String meanText(CallCounters before, CallCounters now) {
        long count = now.succeeded() - before.succeeded();
        if (count <= 0) {
            return "";
        }
        double nanos = (double) now.meanLatency().toNanos() * now.succeeded()
                - (double) before.meanLatency().toNanos() * before.succeeded();
        return " meanMs=" + decimal(Math.max(0, nanos / count / 1e6));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    @Override
    public void close() {
        var running = looks;
        if (running != null) {
            running.cancel(false);
        }
    }
}
