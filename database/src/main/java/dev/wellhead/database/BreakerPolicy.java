// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/**
 * When calls are refused at once, because the database is in trouble.
 *
 * <p>The breaker opens when {@link HealthPolicy#strikes()} health checks in a row have failed, and at least so many of
 * the last calls since then failed because the database could not be reached. It closes with the first check that
 * succeeds. Without health checks there is no breaker.
 *
 * @param enabled whether there is a breaker at all
 * @param failureRate percent of the last calls that have to fail, 1 to 100
 * @param window how many of the last calls count, and how many there must be, 1 to 10,000
 */
public record BreakerPolicy(boolean enabled, int failureRate, int window) {

    /** On: half of the last 10 calls. */
    public static final BreakerPolicy DEFAULT = new BreakerPolicy(true, 50, 10);

    /** Refuses what is out of range, naming the rule. */
    public BreakerPolicy {
        require("failure-rate", failureRate, 100, "a percentage such as 50");
        require("window", window, 10_000, "a number of calls such as 10");
    }

    private static void require(String name, int value, int most, String fix) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "breaker." + name + "=" + value + ": must be from 1 to " + most + "; use " + fix);
        }
    }
}
