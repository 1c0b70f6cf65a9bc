// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.function.LongSupplier;

/** Lets a repeated log line through a few times a window, and counts what it held back. */
final class LogLimiter {

    private final int mostPerWindow;
    private final long windowNanos;
    private final LongSupplier clock;
    private long windowStart;
    private int passed;
    private long heldBack;

    LogLimiter(int mostPerWindow, long windowNanos, LongSupplier clock) {
        this.mostPerWindow = mostPerWindow;
        this.windowNanos = windowNanos;
        this.clock = clock;
        this.windowStart = clock.getAsLong();
    }

    /** How many lines were held back since the last that passed, or -1 when this one is held back too. */
    synchronized long pass() {
        long now = clock.getAsLong();
        if (now - windowStart >= windowNanos) {
            windowStart = now;
            passed = 0;
        }
        if (passed >= mostPerWindow) {
            heldBack++;
            return -1;
        }
        passed++;
        long before = heldBack;
        heldBack = 0;
        return before;
    }
}
