// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/** How large a pool should be for a load. */
public final class PoolSizing {

    private static final Duration LONGEST_QUERY = Duration.ofHours(1);
    private static final double HIGHEST_RATE = 1_000_000;
    private static final int LARGEST_POOL = 10_000;

    /**
     * Sizes for one load.
     *
     * @param base connections that the load keeps busy on average
     * @param min connections to keep idle
     * @param max most connections: {@code base} and a fifth
     * @param recommended the size to start from: {@code base}
     */
    public record Recommendation(int base, int min, int max, int recommended) {}

    private PoolSizing() {}

    /**
     * The pool size for a load: {@code base = ceil(queryMillis * rps / 1000)}, {@code max = base + ceil(base * 0.2)},
     * {@code min = max(2, ceil(base * 0.1))}.
     *
     * @param queryTime how long one request holds a connection, longer than zero, at most 1 h
     * @param requestsPerSecond how many requests come, more than zero, at most 1,000,000
     * @throws IllegalArgumentException when an input is out of its range or the pool would exceed 10,000 connections
     */
    public static Recommendation recommend(Duration queryTime, double requestsPerSecond) {
        if (queryTime.isZero() || queryTime.isNegative() || queryTime.compareTo(LONGEST_QUERY) > 0) {
            throw new IllegalArgumentException("query-time=" + queryTime
                    + ": must be longer than zero and at most 1 h; give the mean time a request holds a connection,"
                    + " such as 20ms");
        }
        if (!(requestsPerSecond > 0 && requestsPerSecond <= HIGHEST_RATE)) {
            throw new IllegalArgumentException("rps=" + requestsPerSecond
                    + ": must be more than 0 and at most 1000000; give the requests per second, such as 500");
        }
        double busy = queryTime.toNanos() * requestsPerSecond / 1e9;
        // Rounded to a millionth first: 0.07 s * 100/s is 7.000000000000001 in binary.
        long base = (long) Math.ceil(Math.rint(busy * 1e6) / 1e6);
        base = Math.max(1, base);
        long max = base + ceilDiv(base, 5);
        if (max > LARGEST_POOL) {
            throw new IllegalArgumentException("query-time=" + queryTime + " rps=" + requestsPerSecond + ": needs "
                    + max + " connections, more than the " + LARGEST_POOL
                    + " that one pool may have; shorten the queries or spread the load over several servers");
        }
        long min = Math.max(2, ceilDiv(base, 10));
        return new Recommendation((int) base, (int) min, (int) max, (int) base);
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
