// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.function.LongSupplier;

/** So many a second, and as many at once after a second of rest. Any thread. */
final class RateLimit {

    private static final double NANOS = 1e9;

    private final int perSecond;
    private final LongSupplier clock;
    private double left;
    private long sinceNanos;

    RateLimit(int perSecond, LongSupplier clock) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.left = perSecond;
        this.sinceNanos = clock.getAsLong();
    }

    /** Takes one; false when there is none. */
    synchronized boolean tryTake() {
        boolean isThere = isLeft();
        if (isThere) {
            left--;
        }
        return isThere;
    }

    /** Whether one could be taken. */
    synchronized boolean isLeft() {
        long now = clock.getAsLong();
        left = Math.min(perSecond, left + perSecond * ((now - sinceNanos) / NANOS));
        sinceNanos = now;
        return left >= 1;
    }
}
