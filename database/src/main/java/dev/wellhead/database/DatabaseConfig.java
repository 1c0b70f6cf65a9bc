// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolConfig;
import java.time.Duration;

/**
 * All settings of one database. Its name is the pool's.
 *
 * @param pool the pool's settings
 * @param retry how work is tried again
 * @param health how health is watched
 * @param slowQueryThreshold work that takes longer is logged; zero: off
 * @param limits how long calls may take
 */
public record DatabaseConfig(
        PoolConfig pool, RetryPolicy retry, HealthPolicy health, Duration slowQueryThreshold, TimeLimits limits) {

    /** Slow is over 5 s by default. */
    public static final Duration DEFAULT_SLOW_QUERY_THRESHOLD = Duration.ofSeconds(5);

    /** Refuses a negative threshold. */
    public DatabaseConfig {
        if (slowQueryThreshold.isNegative()) {
            throw new IllegalArgumentException("slow-query-threshold=" + slowQueryThreshold
                    + ": must not be negative; use 0 to switch it off, or a duration such as 5s");
        }
    }

    /** Without limits of calls. */
    public DatabaseConfig(PoolConfig pool, RetryPolicy retry, HealthPolicy health, Duration slowQueryThreshold) {
        this(pool, retry, health, slowQueryThreshold, TimeLimits.NONE);
    }

    /** Those pool settings with the defaults for the rest. */
    public static DatabaseConfig of(PoolConfig pool) {
        return new DatabaseConfig(pool, RetryPolicy.DEFAULT, HealthPolicy.DEFAULT, DEFAULT_SLOW_QUERY_THRESHOLD);
    }

    /** The database's name. */
    public String name() {
        return pool.name();
    }
}
