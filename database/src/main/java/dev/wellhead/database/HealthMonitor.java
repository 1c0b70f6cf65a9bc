// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.Probe.Outcome;
import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the health of one database over a control connection of its own, never through the pool.
 *
 * <h2>Life of a check</h2>
 *
 * A check runs on a worker of {@link HealthThreads}, where the {@link HealthSource} asks. At its limit the timer ends the
 * check, whatever the worker is doing, and cuts the connection so that the worker comes free. Whoever asks while a check
 * runs waits for that one.
 *
 * <p>{@link HealthPace} says when; whoever asks by {@link #check} gets one all the same.
 *
 * <h2>Bounds</h2>
 *
 * One check at a time; a worker that stays stuck though its connection was cut is abandoned, at most
 * {@value #MOST_PROBES} of them: then checks end at their limit without another attempt until one comes free. The last
 * {@value #MOST_FAILURES} failures are remembered.
 *
 * <h2>Concurrency</h2>
 *
 * No locks. {@code running} changes by compare-and-set; {@code state} is written only by who ended a check, before its
 * result is told, and forgotten when the checks are switched off.
 */
final class HealthMonitor implements AutoCloseable {

    /** Most workers that one database occupies. */
    static final int MOST_PROBES = 3;

    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);
    private static final int MOST_LOGGED = 10;
    private static final int MOST_FAILURES = 20;

    private final Supplier<DatabaseConfig> current;
    private final String name;
    private final HealthSource source;
    private final ErrorJudge judge;
    private final HealthJudge healthJudge;
    private final LogLimiter failureLog = new LogLimiter(MOST_LOGGED, TimeUnit.SECONDS.toNanos(10), System::nanoTime);

    private final AtomicReference<@Nullable Probe> running = new AtomicReference<>();
    private final AtomicInteger workers = new AtomicInteger();
    private final Breaker breaker;
    private final HealthPace pace;
    private final HolderWatch holders = new HolderWatch();
    private final UsageWatch usage = new UsageWatch(UsageWatch.WINDOW);
    private volatile @Nullable HealthState state;
    private volatile List<HealthFailure> failures = List.of();
    /** Checks ended; written as {@code state} is. */
    private volatile Map<Verdict, Long> checks = Map.of();

    private volatile boolean closed;

    /** Checks by the settings in force when a check begins. */
    HealthMonitor(Supplier<DatabaseConfig> current, HealthSource source, ErrorJudge judge, Breaker breaker) {
        this.current = current;
        this.name = current.get().name();
        this.source = source;
        this.judge = judge;
        this.healthJudge = new HealthJudge(current);
        this.breaker = breaker;
        this.pace = new HealthPace(this, current);
        breaker.asks(pace::soon);
    }

    /** Begins the background checks, the first at once, unless they are switched off. */
    void start() {
        if (!current.get().health().enabled()) {
            return;
        }
        pace.start();
        if (closed) {
            pace.stop();
        }
    }

    /** Something speaks against the database; quick. */
    void doubted() {
        pace.soon();
    }

    /**
     * Goes on by other settings: the next check is at once, a check under way keeps its limit. Switched off, it forgets
     * what it found, which nothing would ever put right. One caller at a time.
     */
    void restart() {
        pace.stop();
        breaker.reconfigured();
        if (!current.get().health().enabled()) {
            state = null;
        }
        start();
    }

    /** What is known, at once. */
    HealthReport lastKnown() {
        return report(state, true);
    }

    /** Checks now, or waits for the check under way. */
    HealthReport check() throws InterruptedException {
        try {
            var found = probe().result().get();
            return report(found, false);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A health check ended without a result", e.getCause());
        }
    }

    private HealthReport report(@Nullable HealthState found, boolean damped) {
        var pool = source.snapshot();
        long now = System.nanoTime();
        List<String> advice = Stream.of(usage.advice(pool, now), holders.advice(), source.advice(pool, now))
                .flatMap(List::stream)
                .toList();
        return healthJudge
                .report(found, pool, source.leases(), damped)
                .with(advice, failures, checks, breaker.report());
    }

    /** Ends the background checks; a check under way ends at its limit at the latest. */
    @Override
    public void close() {
        closed = true;
        pace.stop();
        source.close();
    }

    boolean isClosed() {
        return closed;
    }

    /** While the pool is quiet the database may sleep: it is neither asked nor kept connected. */
    boolean isAsleep() {
        return source.isQuiet() && !breaker.isWanted();
    }

    /** Whether callers are refused until a check succeeds. */
    boolean isWaitedFor() {
        return breaker.isOpen();
    }

    boolean hasStrike() {
        var known = state;
        return known != null && !known.isAnswered();
    }

    void sleep() {
        source.sleep();
    }

    /** Whether a call of somebody has begun to make no progress; asked by the timer alone. */
    boolean seesStall() {
        long now = System.nanoTime();
        usage.look(source::snapshot, now);
        return holders.look(source.leases(), now);
    }

    /** Begins a check unless one is under way. */
    void begin() {
        probe();
    }

    private Probe probe() {
        while (true) {
            var now = running.get();
            if (now != null) {
                return now;
            }
            var mine = new Probe();
            if (running.compareAndSet(null, mine)) {
                start(mine);
                return mine;
            }
        }
    }

    private void start(Probe probe) {
        pace.begun();
        breaker.begun();
        var policy = current.get().health();
        long limitNanos = policy.limit().toNanos();
        var limit = HealthThreads.after(limitNanos, () -> expire(probe, policy));
        if (workers.incrementAndGet() > MOST_PROBES) {
            workers.decrementAndGet();
            return;
        }
        HealthThreads.work(() -> {
            try {
                end(probe, source.ask(probe, limitNanos), policy);
                limit.cancel(false);
            } finally {
                workers.decrementAndGet();
            }
        });
    }

    private void expire(Probe probe, HealthPolicy policy) {
        end(probe, Outcome.stalled(policy.limit().toNanos()), policy);
        HealthThreads.work(() -> {
            try {
                probe.cut();
            } catch (SQLException | RuntimeException e) {
                LOG.debug("control connection cut failed pool={}", name, Secret.mask(e));
            }
        });
    }

    private void end(Probe probe, Outcome outcome, HealthPolicy policy) {
        if (!probe.tryEnd()) {
            return;
        }
        var before = state;
        var next = after(before, outcome);
        state = next;
        count(healthJudge.found(next));
        if (next.isAnswered()) {
            breaker.checked(Verdict.HEALTHY, false);
        } else {
            breaker.checked(healthJudge.failed(next), !next.wasHealthy());
            remember(next);
        }
        if (policy.enabled() && !current.get().health().enabled()) {
            // Switched off meanwhile: see restart().
            state = null;
        }
        running.compareAndSet(probe, null);
        probe.result().complete(next);
        if (!next.isAnswered()) {
            pace.soon();
        }
        HealthThreads.work(() -> log(before, next));
        if (next.isAnswered()) {
            source.answered();
        }
    }

    private void count(Verdict found) {
        var counted = new EnumMap<Verdict, Long>(Verdict.class);
        counted.putAll(checks);
        counted.merge(found, 1L, Long::sum);
        checks = counted;
    }

    private void remember(HealthState failed) {
        var latest = new HealthFailure(
                failed.at(),
                healthJudge.failed(failed),
                failed.sqlState(),
                Duration.ofNanos(failed.outcome().latencyNanos()));
        failures = Stream.concat(Stream.of(latest), failures.stream())
                .limit(MOST_FAILURES)
                .toList();
    }

    private HealthState after(@Nullable HealthState before, Outcome outcome) {
        var error = outcome.error();
        int strikes = outcome.isAnswered() ? 0 : before == null ? 1 : before.strikes() + 1;
        boolean wasHealthy = outcome.isAnswered()
                || (before != null
                        && before.wasHealthy()
                        && strikes < current.get().health().strikes());
        return new HealthState(
                outcome,
                judge.judge(error == null ? new SQLException("none") : error, Phase.CONNECT),
                error == null ? "" : ErrorJudge.sqlStateOf(error),
                Instant.now(),
                strikes,
                wasHealthy);
    }

    private void log(@Nullable HealthState before, HealthState now) {
        if (now.isAnswered()) {
            if (before != null && !before.isAnswered()) {
                LOG.info("health recovered pool={} failedChecks={}", name, before.strikes());
            }
            return;
        }
        long heldBack = closed ? -1 : failureLog.pass();
        if (heldBack >= 0) {
            LOG.warn(
                    "health check failed pool={} verdict={} strikes={}/{} elapsedMs={}{}{}",
                    name,
                    healthJudge.failed(now),
                    now.strikes(),
                    current.get().health().strikes(),
                    Duration.ofNanos(now.outcome().latencyNanos()).toMillis(),
                    now.sqlState().isEmpty() ? "" : " sqlState=" + now.sqlState(),
                    heldBack == 0 ? "" : " suppressed=" + heldBack);
        }
    }
}
