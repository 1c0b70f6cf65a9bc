// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** The pauses of a {@link RetryPolicy}: {@code initialDelay * multiplier^n} up to {@code maxDelay}, full jitter. */
final class Backoff {

    private final RetryPolicy policy;
    private final DoubleSupplier random;

    /**
     * Pauses by that policy.
     *
     * @param random from 0 (inclusive) to 1 (exclusive)
     */
    Backoff(RetryPolicy policy, DoubleSupplier random) {
        this.policy = policy;
        this.random = random;
    }

    /**
     * The pause before a retry.
     *
     * @param retry 1 for the first
     */
    Duration before(int retry) {
        double mostNanos = policy.maxDelay().toNanos();
        // Grows to infinity at most, never overflows.
        double full = Math.min(
                mostNanos, policy.initialDelay().toNanos() * Math.pow(policy.multiplier(), Math.max(0, retry - 1)));
        return Duration.ofNanos((long) (policy.jitter() ? full * random.getAsDouble() : full));
    }
}
