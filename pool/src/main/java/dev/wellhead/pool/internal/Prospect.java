// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.Locale;

/**
 * What a caller in line may hope for at the measured rate.
 *
 * @param ahead callers who are served before it
 * @param perSecond callers served per second, as measured
 * @param leftNanos what is left of its own limit
 */
record Prospect(int ahead, double perSecond, long leftNanos) {

    /**
     * Whether it cannot be served in time. Services come at random, so a caller is given up only if it would take two
     * standard deviations more of them than are to be expected in its time; nobody is without a measured rate.
     */
    boolean isHopeless() {
        if (perSecond <= 0) {
            return false;
        }
        double expected = Math.max(0, perSecond * leftNanos / 1e9);
        return ahead > expected + 2 * Math.sqrt(expected);
    }

    /** The numbers, for the text of a refusal. */
    String text(long limitNanos) {
        return String.format(
                Locale.ROOT,
                "%d callers would be served before it at the measured %.1f a second, a wait of %.3f s,"
                        + " and %.3f s are left of its limit of %.3f s",
                ahead,
                perSecond,
                (ahead + 1) / perSecond,
                Math.max(0, leftNanos) / 1e9,
                limitNanos / 1e9);
    }
}
