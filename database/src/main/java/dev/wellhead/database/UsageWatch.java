// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolSnapshot.Counters;
import dev.wellhead.pool.RefusalReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pool is of the right size, by what its counters say of the last five to ten minutes.
 *
 * <p>By Little's law as many callers are there at a time as come in a second, times the seconds that one waits for a
 * connection and uses it. Without {@code pool.statistics} these times are not measured, and nothing is said.
 *
 * <p>{@link #look} is called by one thread at a time; {@link #advice} by any.
 */
final class UsageWatch {

    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final long FEW_REQUESTS = 100;
    private static final long MANY_REQUESTS = 1_000;
    private static final double MANY_LATE = 0.2;
    private static final double FEW_LATE = 0.01;
    private static final double LONG_WAIT_SECONDS = 0.001;
    private static final int SMALL_POOL = 8;
    private static final int HARDLY_USED = 4;

    private record Mark(PoolSnapshot pool, long nanos) {}

    private final long windowNanos;
    private @Nullable Mark newer;
    private volatile @Nullable Mark base;

    UsageWatch(Duration window) {
        this.windowNanos = window.toNanos();
    }

    /** Notes the counters from time to time. */
    void look(Supplier<PoolSnapshot> pool, long nowNanos) {
        var last = newer;
        if (last == null || nowNanos - last.nanos() >= windowNanos) {
            newer = new Mark(pool.get(), nowNanos);
            base = last == null ? newer : last;
        }
    }

    /** What there is to say. */
    List<String> advice(PoolSnapshot now, long nowNanos) {
        var from = base;
        List<String> advice = new ArrayList<>();
        if (from == null || nowNanos - from.nanos() <= 0) {
            return advice;
        }
        double seconds = (nowNanos - from.nanos()) / 1e9;
        var then = from.pool();
        long served = served(now.counters()) - served(then.counters());
        long late = now.counters().waited() - then.counters().waited() + refused(now) - refused(then);
        long requests = served + refused(now) - refused(then);
        double use = meanSeconds(
                now.meanUse(),
                now.counters().released(),
                then.meanUse(),
                then.counters().released());
        double wait =
                meanSeconds(now.meanAcquire(), served(now.counters()), then.meanAcquire(), served(then.counters()));
        if (use <= 0 || requests < FEW_REQUESTS) {
            return advice;
        }
        double callers = requests / seconds * (wait + use);
        if (late >= MANY_LATE * requests && wait >= LONG_WAIT_SECONDS && callers > now.maxSize()) {
            advice.add(String.format(
                    Locale.ROOT,
                    "The pool may be too small: of %d requests in the last %.0f s %d had to wait or were refused, %.1f ms"
                            + " on average; by Little's law %.1f a second, of %.1f ms wait and %.1f ms use each, are %.1f"
                            + " callers at a time for %d connections: raise max-size to %d if the database can bear it,"
                            + " or shorten the work.",
                    requests,
                    seconds,
                    late,
                    1000 * wait,
                    requests / seconds,
                    1000 * wait,
                    1000 * use,
                    callers,
                    now.maxSize(),
                    (long) Math.ceil(callers)));
        }
        if (nowNanos - from.nanos() >= windowNanos
                && requests >= MANY_REQUESTS
                && late <= FEW_LATE * requests
                && now.maxSize() >= SMALL_POOL
                && now.peakActive() * HARDLY_USED <= now.maxSize()) {
            advice.add(String.format(
                    Locale.ROOT,
                    "The pool may be too large: of %d connections %d at most were active at once since it was opened, and"
                            + " %.2f on average by Little's law (%.1f requests a second of %.1f ms, in the last %.0f s);"
                            + " %d of %d requests waited: lower max-size to %d, which leaves the server's connections to others.",
                    now.maxSize(),
                    now.peakActive(),
                    requests / seconds * use,
                    requests / seconds,
                    1000 * use,
                    seconds,
                    late,
                    requests,
                    Math.max(2, 2 * now.peakActive())));
        }
        return advice;
    }

    private static long served(Counters counters) {
        return counters.direct() + counters.waited();
    }

    /** Those for whom there was no connection, not those whom an operator or the database kept away. */
    private static long refused(PoolSnapshot pool) {
        var refused = pool.counters().refused();
        return refused.getOrDefault(RefusalReason.TIMEOUT, 0L)
                + refused.getOrDefault(RefusalReason.DEADLINE, 0L)
                + refused.getOrDefault(RefusalReason.SHED, 0L)
                + refused.getOrDefault(RefusalReason.LINE_FULL, 0L);
    }

    /** The mean of what came between two means over all. */
    private static double meanSeconds(Duration now, long countNow, Duration then, long countThen) {
        long count = countNow - countThen;
        return count <= 0
                ? 0
                : Math.max(0, ((double) now.toNanos() * countNow - (double) then.toNanos() * countThen) / count / 1e9);
    }
}
