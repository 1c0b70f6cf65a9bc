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
 * @param breaker when calls are refused at once
 * @param slowQueryThreshold work that takes longer is logged; zero: off
 */
public record DatabaseConfig(
        PoolConfig pool, RetryPolicy retry, HealthPolicy health, BreakerPolicy breaker, Duration slowQueryThreshold) {

    /** Slow is over 5 s by default. */
    public static final Duration DEFAULT_SLOW_QUERY_THRESHOLD = Duration.ofSeconds(5);

    /** Refuses a negative threshold. */
    public DatabaseConfig {
        if (slowQueryThreshold.isNegative()) {
            throw new IllegalArgumentException("slow-query-threshold=" + slowQueryThreshold
                    + ": must not be negative; use 0 to switch it off, or a duration such as 5s");
        }
    }

    /** With the default breaker. */
    public DatabaseConfig(PoolConfig pool, RetryPolicy retry, HealthPolicy health, Duration slowQueryThreshold) {
        this(pool, retry, health, BreakerPolicy.DEFAULT, slowQueryThreshold);
    }

    /** Those pool settings with the defaults for the rest. */
    public static DatabaseConfig of(PoolConfig pool) {
        return new DatabaseConfig(pool, RetryPolicy.DEFAULT, HealthPolicy.DEFAULT, DEFAULT_SLOW_QUERY_THRESHOLD);
    }

    /** The same with other pool settings. */
    public DatabaseConfig withPool(PoolConfig other) {
        return new DatabaseConfig(other, retry, health, breaker, slowQueryThreshold);
    }

    /** The database's name. */
    public String name() {
        return pool.name();
    }
}
