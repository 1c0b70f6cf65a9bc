// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a pool at one moment: gauges, and counters since it was opened. Log lines, exception texts, metrics,
 * health and the command line all read this one record.
 *
 * <p>It adds up: {@code total = active + idle + validating}; {@code requests = direct + waited + all refusals +
 * waiting}; {@code opened = total + all closed}.
 *
 * @param pool the pool's name
 * @param state what the pool does with callers
 * @param active connections held by callers
 * @param idle connections ready to be handed out
 * @param opening connects under way, not part of {@code total}
 * @param validating connections being validated or kept alive
 * @param waiting callers in line
 * @param total open physical connections
 * @param healthy open connections that nothing speaks against (not suspect)
 * @param maxSize the limit of open physical connections
 * @param minIdle how many are kept idle
 * @param peakActive the most that were active at once, as sampled by the pool
 * @param meanActive mean of active connections over the time the pool was in use, as sampled
 * @param oldestWait how long the first in line waits; zero when nobody does
 * @param meanAcquire mean time from request to connection, over all successful acquires
 * @param meanUse mean time from acquire to release; zero without {@link PoolConfig#statistics()}
 * @param lanes who holds and waits, by lane; empty when the pool has no lanes
 * @param ceiling how it stands under the {@link Ceiling} over several pools; empty without one
 * @param counters what has happened so far
 * @param lastOpenFailure the last connect that failed, if any
 * @param taken when this was seen
 */
public record PoolSnapshot(
        String pool,
        PoolState state,
        int active,
        int idle,
        int opening,
        int validating,
        int waiting,
        int total,
        int healthy,
        int maxSize,
        int minIdle,
        int peakActive,
        double meanActive,
        Duration oldestWait,
        Duration meanAcquire,
        Duration meanUse,
        List<LaneUse> lanes,
        Optional<CeilingUse> ceiling,
        Counters counters,
        Optional<OpenFailure> lastOpenFailure,
        Instant taken) {

    /**
     * Counters since the pool was opened.
     *
     * @param direct acquires served without waiting
     * @param waited acquires served after waiting
     * @param refused acquires refused, by reason; every reason is present
     * @param released leases ended
     * @param opened physical connections opened and added
     * @param openFailed connects that failed or were abandoned
     * @param closed physical connections removed, by reason; every reason is present
     * @param validated validations and keepalives that were answered
     * @param rolledBack transactions found open at release and rolled back
     * @param errors errors after which a connection could not be used
     * @param leaksSuspected leases that exceeded {@code leakThreshold}
     * @param nested acquires that had to wait while their thread held another connection of this pool
     * @param wouldRefuse acquires that {@link Admission#OBSERVE} let wait though {@link Admission#DEADLINE} would have
     *     refused them at once
     * @param openAttempts connects begun: those that are {@code opened}, {@code openFailed} and under way, and those that
     *     {@link WellheadDataSource#reset()} gave up
     * @param reconnected of those {@code opened}, reconnections: opened as the first after a connect that failed, or to
     *     make up for a connection that was lost ({@link EvictReason#isLoss}); each lost one is made up for once
     */
    public record Counters(
            long direct,
            long waited,
            Map<RefusalReason, Long> refused,
            long released,
            long opened,
            long openFailed,
            Map<EvictReason, Long> closed,
            long validated,
            long rolledBack,
            long errors,
            long leaksSuspected,
            long nested,
            long wouldRefuse,
            long openAttempts,
            long reconnected) {

        /** Copies the maps. */
        public Counters {
            refused = Collections.unmodifiableMap(new EnumMap<>(refused));
            closed = Collections.unmodifiableMap(new EnumMap<>(closed));
        }

        /** All refusals. */
        public long refusedTotal() {
            return refused.values().stream().mapToLong(Long::longValue).sum();
        }

        /**
         * Refusals for want of a connection, which other tools count as timeouts; see {@link RefusalReason#isTimeout}.
         */
        public long timeouts() {
            return refused.entrySet().stream()
                    .filter(entry -> entry.getKey().isTimeout())
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        /** All removed connections. */
        public long closedTotal() {
            return closed.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * A connect that failed.
     *
     * @param at when it failed
     * @param sqlState the SQLSTATE; empty when there was none
     * @param message what the driver said, masked
     */
    public record OpenFailure(Instant at, String sqlState, String message) {}

    /** Acquires asked for so far: served, refused, and still waiting. */
    public long requests() {
        return counters.direct() + counters.waited() + counters.refusedTotal() + waiting;
    }

    /** Active connections as a percentage of {@code maxSize}, 0 to 100. */
    public double utilizationPercent() {
        return maxSize == 0 ? 0 : 100.0 * active / maxSize;
    }
}
