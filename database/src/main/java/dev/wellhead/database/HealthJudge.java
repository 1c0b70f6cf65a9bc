// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns what was measured into a verdict, with reasons and advice. Asks nobody and keeps nothing. */
final class HealthJudge {

    private static final int MOST_CAUSES = 16;
    private static final double HIGH_UTILIZATION_PERCENT = 80;

    private static final BreakerReport NO_BREAKER =
            new BreakerReport(BreakerState.OFF, Instant.EPOCH, Optional.empty(), Duration.ZERO, 0, 0);

    private final Supplier<DatabaseConfig> current;

    /** Judges by the settings in force at each report. */
    HealthJudge(Supplier<DatabaseConfig> current) {
        this.current = current;
    }

    /**
     * The report.
     *
     * @param state what the checks found; null before the first has ended
     * @param damped whether a database that was healthy may fail a few checks first
     */
    HealthReport report(@Nullable HealthState state, PoolSnapshot pool, List<Lease> leases, boolean damped) {
        var leaks = leaks(leases);
        if (state == null) {
            var isKnownDown = pool.total() == 0 && pool.lastOpenFailure().isPresent();
            return new HealthReport(
                    current.get().name(),
                    !isKnownDown,
                    Verdict.NOT_CHECKED,
                    Instant.EPOCH,
                    Duration.ZERO,
                    0,
                    Optional.empty(),
                    poolAdvice(pool, leaks),
                    List.of(),
                    Map.of(),
                    NO_BREAKER,
                    pool);
        }
        var verdict = state.isAnswered() ? answered(state, pool, leaks) : failed(state);
        List<String> advice = new ArrayList<>(databaseAdvice(verdict, state, pool));
        advice.addAll(poolAdvice(pool, leaks));
        return new HealthReport(
                current.get().name(),
                isHealthy(state, verdict, pool, damped),
                verdict,
                state.at(),
                Duration.ofNanos(state.outcome().latencyNanos()),
                state.strikes(),
                error(state, verdict),
                advice,
                List.of(),
                Map.of(),
                NO_BREAKER,
                pool);
    }

    /** What the check found, whatever the pool shows. */
    Verdict found(HealthState state) {
        if (!state.isAnswered()) {
            return failed(state);
        }
        return isWronglyReadOnly(state) ? Verdict.READ_ONLY : Verdict.HEALTHY;
    }

    private boolean isWronglyReadOnly(HealthState state) {
        return state.outcome().readOnly() && !current.get().pool().readOnly();
    }

    /** What a check without an answer says. */
    Verdict failed(HealthState state) {
        if (state.outcome().stalled() || isTimeout(state.outcome().error())) {
            return Verdict.NETWORK_STALL;
        }
        return switch (state.judgement().meaning()) {
            case AUTHENTICATION -> Verdict.AUTHENTICATION;
            case UNKNOWN_DATABASE -> Verdict.UNKNOWN_DATABASE;
            case OVERLOADED -> Verdict.DATABASE_OVERLOADED;
            default -> Verdict.DATABASE_DOWN;
        };
    }

    private Verdict answered(HealthState state, PoolSnapshot pool, List<Lease> leaks) {
        if (isWronglyReadOnly(state)) {
            return Verdict.READ_ONLY;
        }
        if (pool.waiting() == 0 || pool.active() < pool.maxSize()) {
            return Verdict.HEALTHY;
        }
        return leaks.isEmpty() ? Verdict.POOL_SATURATED : Verdict.LEAK_SUSPECTED;
    }

    private boolean isHealthy(HealthState state, Verdict verdict, PoolSnapshot pool, boolean damped) {
        if (state.isAnswered()) {
            return true;
        }
        if (verdict == Verdict.DATABASE_OVERLOADED && pool.total() > 0) {
            // The server refused one more connection and serves those it has.
            return true;
        }
        return damped
                && state.wasHealthy()
                && state.strikes() < current.get().health().strikes();
    }

    private Optional<String> error(HealthState state, Verdict verdict) {
        if (state.isAnswered()) {
            return Optional.empty();
        }
        if (verdict == Verdict.NETWORK_STALL) {
            return Optional.of("No answer within "
                    + Duration.ofNanos(state.outcome().latencyNanos()).toMillis() + " ms");
        }
        var code = state.judgement().code();
        return Optional.of(code.title() + " [" + code.code() + "]"
                + (state.sqlState().isEmpty() ? "" : " sqlState=" + state.sqlState()));
    }

    private List<Lease> leaks(List<Lease> leases) {
        var threshold = current.get().pool().leakThreshold();
        if (threshold.isZero()) {
            return List.of();
        }
        return leases.stream()
                .filter(lease -> lease.held().compareTo(threshold) > 0)
                .sorted(Comparator.comparing(Lease::held).reversed())
                .toList();
    }

    private List<String> databaseAdvice(Verdict verdict, HealthState state, PoolSnapshot pool) {
        var checks = state.strikes() == 1 ? "The last check" : "The last " + state.strikes() + " checks";
        var sqlState = state.sqlState().isEmpty() ? "" : " (SQLSTATE " + state.sqlState() + ")";
        var waited = Duration.ofNanos(state.outcome().latencyNanos()).toMillis() + " ms";
        return switch (verdict) {
            case DATABASE_DOWN ->
                List.of(checks + " could make no connection" + sqlState
                        + ": check that the server runs and that host and port are right.");
            case NETWORK_STALL ->
                List.of(checks + " got no answer, the last one within " + waited
                        + ": look for a frozen server, a full disk there, or a firewall that drops packets.");
            case AUTHENTICATION ->
                List.of(checks + " had the login refused" + sqlState + ": check user name, password and pg_hba.conf.");
            case UNKNOWN_DATABASE ->
                List.of(checks + " found no database of that name" + sqlState + ": create it, or correct the URL.");
            case DATABASE_OVERLOADED ->
                List.of(checks + " got no connection because the server admits no more" + sqlState
                        + ", while this pool has " + pool.total() + " of at most " + pool.maxSize()
                        + ": lower max-size of the server's clients, or raise its limit.");
            case READ_ONLY ->
                List.of("The server takes no writes: it is a standby or is set to read-only;"
                        + " point the URL at the primary, or set read-only for this database.");
            default -> List.of();
        };
    }

    private static List<String> poolAdvice(PoolSnapshot pool, List<Lease> leaks) {
        List<String> advice = new ArrayList<>();
        if (!leaks.isEmpty()) {
            var longest = leaks.get(0);
            advice.add(leaks.size() + (leaks.size() == 1 ? " connection is" : " connections are")
                    + " held for longer than the leak threshold, the longest for "
                    + longest.held().toMillis() + " ms by thread " + LogText.value(longest.thread())
                    + (longest.operation().isEmpty() ? "" : " in operation " + LogText.value(longest.operation()))
                    + ": make sure that it is closed.");
        }
        if (pool.waiting() > 0 && pool.active() >= pool.maxSize()) {
            advice.add(pool.waiting() + (pool.waiting() == 1 ? " caller waits" : " callers wait")
                    + " for a connection, the first for " + pool.oldestWait().toMillis() + " ms, while " + pool.active()
                    + " of " + pool.maxSize() + " are active (mean use "
                    + pool.meanUse().toMillis()
                    + " ms): shorten the work that holds them, or raise max-size if the database can bear more.");
        } else if (pool.utilizationPercent() > HIGH_UTILIZATION_PERCENT) {
            advice.add(String.format(
                    Locale.ROOT,
                    "%d of %d connections are active (%.2f %%): callers will soon wait; raise max-size if the database"
                            + " can bear more.",
                    pool.active(),
                    pool.maxSize(),
                    pool.utilizationPercent()));
        }
        return advice;
    }

    private static boolean isTimeout(@Nullable Throwable error) {
        Throwable next = error;
        for (int i = 0; next != null && i < MOST_CAUSES; i++, next = next.getCause()) {
            if (next instanceof SQLTimeoutException || next instanceof SocketTimeoutException) {
                return true;
            }
            if (next instanceof IOException && next.getCause() == null) {
                return false;
            }
        }
        return false;
    }
}
