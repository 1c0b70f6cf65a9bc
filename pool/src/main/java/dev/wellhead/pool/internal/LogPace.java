// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets a few log lines through in each interval and counts the others. Thread-safe, never blocks. */
final class LogPace {

    /** What {@link #pass()} says of a line that is held back. */
    static final long HELD_BACK = -1;

    private final int most;
    private final long intervalNanos;
    private final LongSupplier clock;
    private final AtomicLong dueNanos;
    private final AtomicInteger passed;
    private final AtomicLong heldBack = new AtomicLong();

    /** One line in each interval. */
    LogPace(long intervalNanos, LongSupplier clock) {
        this(1, intervalNanos, clock);
    }

    /** So many lines in each interval. */
    LogPace(int most, long intervalNanos, LongSupplier clock) {
        this.most = most;
        this.intervalNanos = intervalNanos;
        this.clock = clock;
        this.dueNanos = new AtomicLong(clock.getAsLong());
        this.passed = new AtomicInteger(most);
    }

    /** How many lines were held back since the last that passed, or {@link #HELD_BACK} if this one is too. */
    long pass() {
        long now = clock.getAsLong();
        long due = dueNanos.get();
        if (now - due >= 0 && dueNanos.compareAndSet(due, now + intervalNanos)) {
            passed.set(1);
            return heldBack.getAndSet(0);
        }
        if (passed.get() < most && passed.incrementAndGet() <= most) {
            return heldBack.getAndSet(0);
        }
        heldBack.incrementAndGet();
        return HELD_BACK;
    }
}
