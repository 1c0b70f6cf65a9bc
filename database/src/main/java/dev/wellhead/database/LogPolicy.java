// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * What is logged of a database that works. Whether its connections are logged is a setting of its pool,
 * {@link dev.wellhead.pool.PoolConfig#logConnections()}.
 *
 * @param queries whether each call is logged with its time at INFO, else at DEBUG; never with its parameters
 * @param statisticsInterval pause between two lines of the pool's and the calls' numbers, in whole seconds because
 *     it is looked at once a second; zero: none
 */
public record LogPolicy(boolean queries, Duration statisticsInterval) {

    /** No calls, numbers every minute. */
    public static final LogPolicy DEFAULT = new LogPolicy(false, Duration.ofSeconds(60));

    /** Refuses a negative interval. */
    public LogPolicy {
        if (statisticsInterval.isNegative()) {
            throw new IllegalArgumentException("log.statistics-interval=" + statisticsInterval
                    + ": must not be negative; use 0 to switch it off, or a duration such as 60s");
        }
    }
}
