// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until the test turns it. Hand it over as a method reference: {@code clock::nanos} where a
 * nanosecond counter is wanted, {@code clock::instant} for the time of day. For any threads.
 */
public final class ManualClock {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong elapsedNanos = new AtomicLong();
    private final long startNanos;

    /** Starts at an arbitrary count, as {@code System.nanoTime} does: near the overflow, so that tests meet it. */
    public ManualClock() {
        this(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
    }

    /**
     * Starts at a count of the test's choice.
     *
     * @param startNanos first value of {@link #nanos()}
     */
    public ManualClock(long startNanos) {
        this.startNanos = startNanos;
    }

    /**
     * The counter, for intervals only.
     *
     * @return overflows one second after the default start
     */
    public long nanos() {
        return startNanos + elapsedNanos.get();
    }

    /**
     * The time of day.
     *
     * @return starts at 2026-01-01T00:00:00Z
     */
    public Instant instant() {
        return START.plusNanos(elapsedNanos.get());
    }

    /**
     * Turns the clock.
     *
     * @param by 0 or more
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("by=" + by + ": a monotonic clock does not go back; use 0 or more");
        }
        elapsedNanos.addAndGet(by.toNanos());
    }
}
