// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.ConfigException;
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
 * @param outcome what is done about a commit whose answer was lost
 * @param breaker when calls are refused at once
 * @param limits how long calls may take
 * @param statements what is kept of statements, where they are watched
 * @param log what is logged while all is well
 * @param errors what the program itself knows of errors, asked in turn before the table of {@link ErrorJudge}; no file can
 *     name them, and they stay as the database was opened with
 */
public record DatabaseConfig(
        PoolConfig pool,
        RetryPolicy retry,
        HealthPolicy health,
        Duration slowQueryThreshold,
        OutcomePolicy outcome,
        BreakerPolicy breaker,
        TimeLimits limits,
        StatementPolicy statements,
        LogPolicy log,
        List<ErrorClassifier> errors) {

    /** Slow is over 5 s by default. */
    public static final Duration DEFAULT_SLOW_QUERY_THRESHOLD = Duration.ofSeconds(5);

    /** Refuses a negative threshold, and a way to find outcomes that the database does not have. */
    public DatabaseConfig {
        errors = List.copyOf(errors);
        if (slowQueryThreshold.isNegative()) {
            throw new IllegalArgumentException("slow-query-threshold=" + slowQueryThreshold
                    + ": must not be negative; use 0 to switch it off, or a duration such as 5s");
        }
        if (outcome.mode() == CommitOutcomeMode.XID && Dialect.of(pool.jdbcUrl()) != Dialect.POSTGRESQL) {
            throw new ConfigException(
                    "database " + pool.name(),
                    List.of(new ConfigException.Violation(
                            "commit-outcome",
                            "xid",
                            "only PostgreSQL tells the outcome by the transaction's number",
                            "use auto, table or off")));
        }
    }

    /** With the defaults for the rest. */
    public DatabaseConfig(PoolConfig pool, RetryPolicy retry, HealthPolicy health, Duration slowQueryThreshold) {
        this(
                pool,
                retry,
                health,
                slowQueryThreshold,
                OutcomePolicy.DEFAULT,
                BreakerPolicy.DEFAULT,
                TimeLimits.NONE,
                StatementPolicy.DEFAULT,
                LogPolicy.DEFAULT,
                List.of());
    }

    /** The same with one classifier more, which is asked after those before it. */
    public DatabaseConfig withErrors(ErrorClassifier classifier) {
        var all = new ArrayList<>(errors);
        all.add(classifier);
        return new DatabaseConfig(
                pool, retry, health, slowQueryThreshold, outcome, breaker, limits, statements, log, all);
    }

    /** The same with other pool settings. */
    public DatabaseConfig withPool(PoolConfig other) {
        return new DatabaseConfig(
                other, retry, health, slowQueryThreshold, outcome, breaker, limits, statements, log, errors);
    }

    /** The same with another way to find out what became of a commit. */
    public DatabaseConfig withOutcome(OutcomePolicy other) {
        return new DatabaseConfig(
                pool, retry, health, slowQueryThreshold, other, breaker, limits, statements, log, errors);
    }

    /** The same with other limits of its calls. */
    public DatabaseConfig withLimits(TimeLimits other) {
        return new DatabaseConfig(
                pool, retry, health, slowQueryThreshold, outcome, breaker, other, statements, log, errors);
    }

    /** The same with its statements watched in another way. */
    public DatabaseConfig withStatements(StatementPolicy other) {
        return new DatabaseConfig(
                pool, retry, health, slowQueryThreshold, outcome, breaker, limits, other, log, errors);
    }

    /** The same with other things logged. */
    public DatabaseConfig withLog(LogPolicy other) {
        return new DatabaseConfig(
                pool, retry, health, slowQueryThreshold, outcome, breaker, limits, statements, other, errors);
    }

    /** The same with its health watched in another way. */
    public DatabaseConfig withHealth(HealthPolicy other) {
        return new DatabaseConfig(
                pool, retry, other, slowQueryThreshold, outcome, breaker, limits, statements, log, errors);
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
