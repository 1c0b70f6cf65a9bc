// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * How often and after which pauses work is tried again: exponential backoff, {@code initialDelay * multiplier^n}, capped
 * by {@code maxDelay}, with full jitter unless switched off.
 *
 * @param maxRetries further attempts after the first, at least 0; 3 means at most 4 attempts; 0 switches retry off
 * @param initialDelay pause before the first retry
 * @param maxDelay longest pause
 * @param multiplier growth of the pause, at least 1
 * @param jitter whether a pause is drawn at random between zero and its full length
 */
public record RetryPolicy(int maxRetries, Duration initialDelay, Duration maxDelay, double multiplier, boolean jitter) {

    // First, because the constants below are checked against them.
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int MOST_RETRIES = 1_000_000;
    private static final double STEEPEST = 1_000;

    /** 3 retries, 100 ms doubling up to 5 s, with jitter. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(5), 2.0, true);

    /** No retries. */
    public static final RetryPolicy NONE = new RetryPolicy(0, Duration.ZERO, Duration.ZERO, 1.0, false);

    /** Refuses what makes no sense, naming the rule. */
    public RetryPolicy {
        if (maxRetries < 0 || maxRetries > MOST_RETRIES) {
            throw new IllegalArgumentException("max-retries=" + maxRetries
                    + ": must be from 0 to 1000000; use 0 to switch retry off, or a number such as 3");
        }
        requireDelay("initial-delay", initialDelay);
        requireDelay("max-delay", maxDelay);
        if (!(multiplier >= 1 && multiplier <= STEEPEST)) {
            throw new IllegalArgumentException(
                    "multiplier=" + multiplier + ": must be from 1 to 1000; use a factor such as 2");
        }
    }

    private static void requireDelay(String key, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    key + "=" + value + ": must be from 0 to 365 days; use a duration such as 100ms");
        }
    }
}
