// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Lets a few log lines through in each interval and counts the others. Thread-safe, never blocks. */
final class LogPace {

    /** What {@link #pass()} says of a line that is held back. */
    static final long HELD_BACK = -1;

    private final int most;
    private final long intervalNanos;
    private final LongSupplier clock;
    private final AtomicReference<Interval> current;

    /** One line in each interval. */
    LogPace(long intervalNanos, LongSupplier clock) {
        this(1, intervalNanos, clock);
    }

    /** So many lines in each interval. */
    LogPace(int most, long intervalNanos, LongSupplier clock) {
        this.most = most;
        this.intervalNanos = intervalNanos;
        this.clock = clock;
        this.current = new AtomicReference<>(new Interval(clock.getAsLong(), 0, 0));
    }

    /** How many lines were held back since the last that passed, or {@link #HELD_BACK} if this one is too. */
    long pass() {
        while (true) {
            long now = clock.getAsLong();
            var before = Objects.requireNonNull(current.get());
            boolean isOver = now - before.endNanos >= 0;
            boolean passes = isOver || before.passed < most;
            var after = new Interval(
                    isOver ? now + intervalNanos : before.endNanos,
                    isOver ? 1 : before.passed + (passes ? 1 : 0),
                    passes ? 0 : before.heldBack + 1);
            if (current.compareAndSet(before, after)) {
                return passes ? before.heldBack : HELD_BACK;
            }
        }
    }

    /**
     * One interval; all of it changes at once, so that two lines of one moment cannot take each other's place.
     *
     * @param endNanos when the next begins
     * @param passed   the lines that passed in it
     * @param heldBack the lines held back since the last that passed
     */
    private record Interval(long endNanos, int passed, long heldBack) {}
}
