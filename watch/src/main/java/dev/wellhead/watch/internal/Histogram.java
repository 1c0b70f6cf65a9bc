// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Times in buckets whose width is an eighth of their value, from a microsecond to two hours: what is read from it is off
 * by 6 % at most. 2 kB. Any thread may add and read.
 */
public final class Histogram {

    private static final int SUB_BITS = 3;
    private static final int SUBS = 1 << SUB_BITS;
    private static final int MOST_OCTAVE = 33;
    private static final int BUCKETS = (MOST_OCTAVE - SUB_BITS + 2) * SUBS;
    /** A microsecond, nearly: units are of 1,024 ns. */
    private static final int UNIT_SHIFT = 10;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /** Counts that time; a negative one as zero. */
    public void add(long nanos) {
        counts.getAndIncrement(bucket(nanos));
    }

    /** Counts all times of the other as well. */
    void addAll(Histogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts.addAndGet(i, other.counts.get(i));
        }
    }

    private static int bucket(long nanos) {
        long units = Math.max(0, nanos) >>> UNIT_SHIFT;
        if (units < SUBS) {
            return (int) units;
        }
        int octave = Math.min(MOST_OCTAVE, 63 - Long.numberOfLeadingZeros(units));
        long within = octave == MOST_OCTAVE ? Math.min(units, (2L << MOST_OCTAVE) - 1) : units;
        return (octave - SUB_BITS + 1) * SUBS + (int) (within >>> (octave - SUB_BITS)) - SUBS;
    }

    /** The middle of a bucket. */
    private static long nanos(int bucket) {
        if (bucket < SUBS) {
            return ((long) bucket << UNIT_SHIFT) + (1L << (UNIT_SHIFT - 1));
        }
        int shift = bucket / SUBS - 1;
        long low = (long) (bucket % SUBS + SUBS) << shift;
        return (low << UNIT_SHIFT) + ((1L << shift) << (UNIT_SHIFT - 1));
    }

    /** Whether nothing was counted. */
    boolean isEmpty() {
        for (int i = 0; i < BUCKETS; i++) {
            if (counts.get(i) > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The times that so many of all are not longer than.
     *
     * @param fractions rising, each from 0 to 1
     * @return one for each, in nanoseconds; 0 where nothing was counted
     */
    public long[] quantiles(double... fractions) {
        var seen = new long[BUCKETS];
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen[i] = counts.get(i);
            total += seen[i];
        }
        var found = new long[fractions.length];
        long below = 0;
        int next = 0;
        for (int i = 0; i < BUCKETS && next < found.length; i++) {
            below += seen[i];
            while (next < found.length && seen[i] > 0 && below >= Math.ceil(fractions[next] * total)) {
                found[next++] = nanos(i);
            }
        }
        return found;
    }
}
