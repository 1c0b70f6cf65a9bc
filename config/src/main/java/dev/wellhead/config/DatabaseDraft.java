// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.BreakerPolicy;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.LogPolicy;
import dev.wellhead.database.OutcomePolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.StatementPolicy;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the keys of one database are bound to. Starts with the defaults of the records that it builds. */
final class DatabaseDraft {

    final PoolConfig.Builder pool = PoolConfig.builder();
    String username = "";
    Secret password = Secret.empty();

    @Nullable
    String urlFile;

    @Nullable
    String passwordFile;

    TlsMode tlsMode = TlsMode.PREFER;

    @Nullable
    String caCert;

    @Nullable
    String clientCert;

    Secret clientKey = Secret.empty();
    int maxRetries = RetryPolicy.DEFAULT.maxRetries();
    Duration initialDelay = RetryPolicy.DEFAULT.initialDelay();
    Duration maxDelay = RetryPolicy.DEFAULT.maxDelay();
    double multiplier = RetryPolicy.DEFAULT.multiplier();
    boolean jitter = RetryPolicy.DEFAULT.jitter();
    Duration retryDeadline = RetryPolicy.DEFAULT.deadline();
    double retryBudget = RetryPolicy.DEFAULT.budget();
    boolean healthEnabled = HealthPolicy.DEFAULT.enabled();
    Duration healthInterval = HealthPolicy.DEFAULT.interval();
    Duration healthLimit = HealthPolicy.DEFAULT.limit();
    int strikes = HealthPolicy.DEFAULT.strikes();
    boolean breakerEnabled = BreakerPolicy.DEFAULT.enabled();
    int failureRate = BreakerPolicy.DEFAULT.failureRate();
    int breakerWindow = BreakerPolicy.DEFAULT.window();
    Duration callLimit = TimeLimits.NONE.call();
    Duration transactionLimit = TimeLimits.NONE.transaction();
    Duration fetchLimit = TimeLimits.NONE.fetch();
    Duration commitLimit = TimeLimits.NONE.commit();
    Duration slowQueryThreshold = DatabaseConfig.DEFAULT_SLOW_QUERY_THRESHOLD;
    boolean statementsEnabled = StatementPolicy.DEFAULT.enabled();
    int mostStatements = StatementPolicy.DEFAULT.max();
    Duration slowAfter = StatementPolicy.DEFAULT.slowAfter();
    boolean logQueries = LogPolicy.DEFAULT.queries();
    Duration statisticsInterval = LogPolicy.DEFAULT.statisticsInterval();
    CommitOutcomeMode outcomeMode = OutcomePolicy.DEFAULT.mode();
    Duration outcomeTimeout = OutcomePolicy.DEFAULT.timeout();

    void username(String value) {
        username = value;
        pool.username(value);
    }

    void password(String value) {
        password = Secret.of(value);
        pool.password(password);
    }

    /** For keys that {@link Location} reads: URL and address are bound as one. */
    void ignore() {}

    /**
     * The finished settings.
     *
     * @throws dev.wellhead.pool.ConfigException with all violations of the pool's rules
     */
    DatabaseConfig build() {
        return new DatabaseConfig(
                pool.build(),
                new RetryPolicy(maxRetries, initialDelay, maxDelay, multiplier, jitter, retryDeadline, retryBudget),
                new HealthPolicy(healthEnabled, healthInterval, healthLimit, strikes),
                slowQueryThreshold,
                new OutcomePolicy(outcomeMode, outcomeTimeout),
                new BreakerPolicy(breakerEnabled, failureRate, breakerWindow),
                new TimeLimits(callLimit, transactionLimit, fetchLimit, commitLimit),
                new StatementPolicy(statementsEnabled, mostStatements, slowAfter),
                new LogPolicy(logQueries, statisticsInterval),
                List.of());
    }
}
