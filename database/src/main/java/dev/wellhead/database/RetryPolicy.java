// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * How often and after which pauses work is tried again: exponential backoff, {@code initialDelay * multiplier^n}, capped
 * by {@code maxDelay}, with full jitter unless switched off; within a deadline and a budget.
 *
 * @param maxRetries further attempts after the first, at least 0; 3 means at most 4 attempts; 0 switches retry off
 * @param initialDelay pause before the first retry
 * @param maxDelay longest pause
 * @param multiplier growth of the pause, at least 1
 * @param jitter whether a pause is drawn at random between zero and its full length
 * @param deadline no attempt begins later than that after the call began; zero: no deadline. It ends no attempt that is
 *     under way
 * @param budget what a call that succeeds adds to the budget of the database, in retries: with 0.2 one retry is earned
 *     by five calls. All calls of a database share it; it begins with 100 retries and holds no more. A retry of what was
 *     never sent is free. Zero: retries are not limited by a budget
 */
public record RetryPolicy(
        int maxRetries,
        Duration initialDelay,
        Duration maxDelay,
        double multiplier,
        boolean jitter,
        Duration deadline,
        double budget) {

    // First, because the constants below are checked against them.
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int MOST_RETRIES = 1_000_000;
    private static final double STEEPEST = 1_000;

    /** No attempt begins after 30 s by default. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

    /** One retry for five calls by default. */
    public static final double DEFAULT_BUDGET = 0.2;

    /** 3 retries, 100 ms doubling up to 5 s, with jitter, within 30 s and a budget of 0.2. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(5), 2.0, true);

    /** No retries. */
    public static final RetryPolicy NONE =
            new RetryPolicy(0, Duration.ZERO, Duration.ZERO, 1.0, false, Duration.ZERO, 0);

    /** Refuses what makes no sense, naming the rule. */
    public RetryPolicy {
        if (maxRetries < 0 || maxRetries > MOST_RETRIES) {
            throw new IllegalArgumentException("max-retries=" + maxRetries
                    + ": must be from 0 to 1000000; use 0 to switch retry off, or a number such as 3");
        }
        requireDelay("initial-delay", initialDelay);
        requireDelay("max-delay", maxDelay);
        requireDelay("deadline", deadline);
        if (!(multiplier >= 1 && multiplier <= STEEPEST)) {
            throw new IllegalArgumentException(
                    "multiplier=" + multiplier + ": must be from 1 to 1000; use a factor such as 2");
        }
        if (!(budget >= 0 && budget <= 1)) {
            throw new IllegalArgumentException("budget=" + budget
                    + ": must be from 0 to 1; use 0 to switch it off, or a share of the calls such as 0.2");
        }
    }

    /** A policy with the default deadline and budget. */
    public RetryPolicy(int maxRetries, Duration initialDelay, Duration maxDelay, double multiplier, boolean jitter) {
        this(maxRetries, initialDelay, maxDelay, multiplier, jitter, DEFAULT_DEADLINE, DEFAULT_BUDGET);
    }

    private static void requireDelay(String key, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    key + "=" + value + ": must be from 0 to 365 days; use a duration such as 100ms");
        }
    }
}
