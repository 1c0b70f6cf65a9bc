// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one log line through in each interval and counts the others. Thread-safe, never blocks. */
final class LogPace {

    /** What {@link #pass()} says of a line that is held back. */
    static final long HELD_BACK = -1;

    private final long intervalNanos;
    private final LongSupplier clock;
    private final AtomicLong dueNanos;
    private final AtomicLong heldBack = new AtomicLong();

    LogPace(long intervalNanos, LongSupplier clock) {
        this.intervalNanos = intervalNanos;
        this.clock = clock;
        this.dueNanos = new AtomicLong(clock.getAsLong());
    }

    /** How many lines were held back since the last that passed, or {@link #HELD_BACK} if this one is too. */
    long pass() {
        long now = clock.getAsLong();
        long due = dueNanos.get();
        if (now - due >= 0 && dueNanos.compareAndSet(due, now + intervalNanos)) {
            return heldBack.getAndSet(0);
        }
        heldBack.incrementAndGet();
        return HELD_BACK;
    }
}
