// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How long connections were used, and waited for. Any thread may call; nothing in it waits. */
public final class UseTally {

    private final LongAdder leases = new LongAdder();
    private final LongAdder heldNanos = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();
    private final DoubleAdder squares = new DoubleAdder();
    private final Histogram waits = new Histogram();

    /** A lease has ended. */
    public void add(long waited, long held) {
        leases.increment();
        heldNanos.add(held);
        squares.add(held / 1e9 * (held / 1e9));
        if (waited > 0) {
            waitNanos.add(waited);
        }
        waits.add(waited);
    }

    /**
     * All so far.
     *
     * @param leases how many have ended
     * @param heldSeconds of all
     * @param heldSquares the sum of the squares of these, in seconds
     * @param waitSeconds of all
     */
    public record Sums(long leases, double heldSeconds, double heldSquares, double waitSeconds) {

        /** Nothing yet. */
        public static final Sums NONE = new Sums(0, 0, 0, 0);

        /** What came after that. */
        public Sums since(Sums then) {
            return new Sums(
                    leases - then.leases,
                    heldSeconds - then.heldSeconds,
                    heldSquares - then.heldSquares,
                    waitSeconds - then.waitSeconds);
        }

        /** Both together. */
        public Sums plus(Sums other) {
            return new Sums(
                    leases + other.leases,
                    heldSeconds + other.heldSeconds,
                    heldSquares + other.heldSquares,
                    waitSeconds + other.waitSeconds);
        }

        /** How long one lease lasts; 0 without any. */
        public double meanSeconds() {
            return leases == 0 ? 0 : heldSeconds / leases;
        }

        /** The variance by the squared mean; 1 where there is nothing to tell it from. */
        public double variation() {
            double mean = meanSeconds();
            return mean <= 0 ? 1 : Math.max(0, heldSquares / leases / (mean * mean) - 1);
        }
    }

    /** All so far. */
    public Sums sums() {
        return new Sums(leases.sum(), heldNanos.sum() / 1e9, squares.sum(), waitNanos.sum() / 1e9);
    }

    /** The waits that so many of all are not longer than, those who did not wait counted as well. */
    public double waitSeconds(double fraction) {
        return waits.quantiles(fraction)[0] / 1e9;
    }
}
