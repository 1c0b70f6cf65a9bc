// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All settings of one database. Its name is the pool's.
 *
 * @param pool the pool's settings
 * @param retry how work is tried again
 * @param health how health is watched
 * @param slowQueryThreshold work that takes longer is logged; zero: off
 * @param errors what the program itself knows of errors, asked in turn before the table of {@link ErrorJudge}; no file can
 *     name them, and they stay as the database was opened with
 */
public record DatabaseConfig(
        PoolConfig pool,
        RetryPolicy retry,
        HealthPolicy health,
        Duration slowQueryThreshold,
        List<ErrorClassifier> errors) {

    /** Slow is over 5 s by default. */
    public static final Duration DEFAULT_SLOW_QUERY_THRESHOLD = Duration.ofSeconds(5);

    /** Refuses a negative threshold. */
    public DatabaseConfig {
        errors = List.copyOf(errors);
        if (slowQueryThreshold.isNegative()) {
            throw new IllegalArgumentException("slow-query-threshold=" + slowQueryThreshold
                    + ": must not be negative; use 0 to switch it off, or a duration such as 5s");
        }
    }

    /** Settings that add nothing to what is known of errors. */
    public DatabaseConfig(PoolConfig pool, RetryPolicy retry, HealthPolicy health, Duration slowQueryThreshold) {
        this(pool, retry, health, slowQueryThreshold, List.of());
    }

    /** The same with one classifier more, which is asked after those before it. */
    public DatabaseConfig withErrors(ErrorClassifier classifier) {
        var all = new ArrayList<>(errors);
        all.add(classifier);
        return new DatabaseConfig(pool, retry, health, slowQueryThreshold, all);
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
