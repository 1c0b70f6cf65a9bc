// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one pool was used in the last hour, minute by minute. Looked at about once a second by one thread; {@link #minutes}
 * by any.
 */
public final class UseWindow {

    static final int MINUTES = 60;

    private static final double MINUTE_SECONDS = 60;
    private static final int MOST_PLACES = 100;
    private static final double IDLE_SECONDS = 1;

    /**
     * One minute.
     *
     * @param seconds how long it lasted
     * @param requests callers who asked for a connection
     * @param late of these, how many waited or were refused for want of one
     * @param refused of these, how many were refused
     * @param variation variance of the requests in a second by their mean
     * @param uses the leases that ended
     * @param openSeconds connections that were open, times seconds
     * @param activeSeconds connections in use, times seconds
     * @param peak the most in use at once, as seen
     * @param idleInTransaction seconds in which a transaction was open for a second or more with nothing running, by place
     */
    public record Minute(
            double seconds,
            double requests,
            double late,
            double refused,
            double variation,
            UseTally.Sums uses,
            double openSeconds,
            double activeSeconds,
            int peak,
            Map<String, Double> idleInTransaction) {

        /** Callers in a second. */
        public double rate() {
            return requests / seconds;
        }

        /** Connections in use at a time that these callers need, by Little's law. */
        public double load() {
            return rate() * uses.meanSeconds();
        }
    }

    /** What is summed up until a minute is full. */
    private static final class Sum {
        private double seconds;
        private double requests;
        private double late;
        private double refused;
        private double squares;
        private int looks;
        private UseTally.Sums uses = UseTally.Sums.NONE;
        private double open;
        private double active;
        private int peak;
        private final Map<String, Double> idle = new HashMap<>();

        Minute minute() {
            double mean = requests / seconds;
            double variance = looks < 2 ? mean : (squares - looks * mean * mean) / (looks - 1);
            double variation = mean <= 0 ? 1 : Math.max(1, variance / mean);
            return new Minute(seconds, requests, late, refused, variation, uses, open, active, peak, Map.copyOf(idle));
        }
    }

    private record Mark(PoolSnapshot pool, UseTally.Sums uses, long nanos) {}

    private @Nullable Mark last;
    private Sum sum = new Sum();
    /** Guarded by itself. */
    private final Deque<Minute> minutes = new ArrayDeque<>();

    /** Looks. */
    public void look(PoolSnapshot pool, UseTally.Sums uses, List<Lease> leases, long nanos) {
        var then = last;
        last = new Mark(pool, uses, nanos);
        double seconds = then == null ? 0 : (nanos - then.nanos) / 1e9;
        if (then == null || seconds <= 0) {
            return;
        }
        add(then, pool, uses, seconds);
        for (var lease : leases) {
            if (lease.idleInTransaction() && lease.idleFor().toNanos() >= IDLE_SECONDS * 1e9) {
                var place = lease.callSite().isEmpty() ? "(unknown)" : lease.callSite();
                if (sum.idle.containsKey(place) || sum.idle.size() < MOST_PLACES) {
                    sum.idle.merge(place, seconds, Double::sum);
                }
            }
        }
        if (sum.seconds >= MINUTE_SECONDS) {
            synchronized (minutes) {
                minutes.addLast(sum.minute());
                if (minutes.size() > MINUTES) {
                    minutes.removeFirst();
                }
            }
            sum = new Sum();
        }
    }

    private void add(Mark then, PoolSnapshot pool, UseTally.Sums uses, double seconds) {
        double requests = served(pool) - served(then.pool) + refused(pool) - refused(then.pool);
        double perSecond = requests / seconds;
        sum.seconds += seconds;
        sum.looks++;
        sum.requests += requests;
        sum.squares += perSecond * perSecond;
        sum.refused += refused(pool) - refused(then.pool);
        sum.late += pool.counters().waited() - then.pool.counters().waited() + refused(pool) - refused(then.pool);
        // Whoever counts the statements may have begun anew.
        boolean isSame = uses.leases() >= then.uses.leases();
        sum.uses = sum.uses.plus(isSame ? uses.since(then.uses) : uses);
        sum.open += pool.total() * seconds;
        sum.active += pool.active() * seconds;
        sum.peak = Math.max(sum.peak, pool.active());
    }

    private static long served(PoolSnapshot pool) {
        return pool.counters().direct() + pool.counters().waited();
    }

    /** Those for whom there was no connection, not those whom an operator or the database kept away. */
    private static long refused(PoolSnapshot pool) {
        var refused = pool.counters().refused();
        return refused.getOrDefault(RefusalReason.TIMEOUT, 0L)
                + refused.getOrDefault(RefusalReason.DEADLINE, 0L)
                + refused.getOrDefault(RefusalReason.SHED, 0L)
                + refused.getOrDefault(RefusalReason.LINE_FULL, 0L);
    }

    /** The whole minutes of the last hour, the oldest first. */
    public List<Minute> minutes() {
        synchronized (minutes) {
            return List.copyOf(minutes);
        }
    }
}
