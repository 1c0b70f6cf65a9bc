// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * How health is watched.
 *
 * @param enabled whether a background check runs at all
 * @param interval pause between background checks
 * @param limit longest one check may take
 * @param strikes failed checks in a row before the database counts as unhealthy, at least 1
 */
public record HealthPolicy(boolean enabled, Duration interval, Duration limit, int strikes) {

    // First, because the constant below is checked against it.
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Every 30 s, limit 5 s, 3 strikes. */
    public static final HealthPolicy DEFAULT = new HealthPolicy(true, Duration.ofSeconds(30), Duration.ofSeconds(5), 3);

    /** Refuses what cannot be waited for, naming the rule. */
    public HealthPolicy {
        requirePositive("health-interval", interval);
        requirePositive("health-limit", limit);
        if (strikes < 1) {
            throw new IllegalArgumentException(
                    "health-strikes=" + strikes + ": must be at least 1; use 1 to count the first failed check");
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    key + "=" + value + ": must be longer than zero and at most 365 days; use a duration such as 5s");
        }
    }
}
