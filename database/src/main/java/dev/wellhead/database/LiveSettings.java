// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.ReconfigureReport.Change;
import dev.wellhead.pool.WellheadDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The settings of one database that runs, replaced as a whole: a reader sees either all of the old or all of the new.
 *
 * <h2>Concurrency</h2>
 *
 * Readers take no lock. {@link #changing} is held by those who change settings and by nobody else; that the pool writes
 * its log line under it therefore delays only another change.
 */
final class LiveSettings implements Supplier<DatabaseConfig> {

    private final ReentrantLock changing = new ReentrantLock();
    private volatile DatabaseConfig current;

    LiveSettings(DatabaseConfig config) {
        this.current = config;
    }

    @Override
    public DatabaseConfig get() {
        return current;
    }

    /** The slow-query threshold; 0: off. */
    long slowNanos() {
        return TimeUnit.NANOSECONDS.convert(current.slowQueryThreshold());
    }

    /** Puts in force what can be. Settings that contradict each other were refused when {@code wanted} was built. */
    DatabaseReconfiguration change(DatabaseConfig wanted, WellheadDataSource dataSource, HealthMonitor health) {
        changing.lock();
        try {
            if (health.isClosed()) {
                throw new IllegalStateException(
                        "Database " + LogText.value(current.name()) + " is closed: open it anew with these settings");
            }
            var before = current;
            var pool = dataSource.reconfigure(wanted.pool());
            current = new DatabaseConfig(
                    dataSource.config(),
                    wanted.retry(),
                    wanted.health(),
                    wanted.slowQueryThreshold(),
                    wanted.outcome(),
                    wanted.breaker(),
                    wanted.limits(),
                    wanted.statements(),
                    wanted.log(),
                    before.errors());
            if (!before.health().equals(wanted.health()) || !before.breaker().equals(wanted.breaker())) {
                health.restart();
            }
            var applied = new ArrayList<>(keys(pool.changed(), before, wanted));
            applied.addAll(policies(before, wanted));
            return new DatabaseReconfiguration(applied, keys(pool.needRestart(), before, wanted));
        } finally {
            changing.unlock();
        }
    }

    private static List<String> keys(List<Change> changes, DatabaseConfig before, DatabaseConfig wanted) {
        return changes.stream()
                .flatMap(change -> switch (change.key()) {
                    case "log-connections" -> Stream.of("log.connections");
                    case "name", "url" -> Stream.of(change.key());
                    case "credentials" -> login(before, wanted);
                    default -> Stream.of("pool." + change.key());
                })
                .toList();
    }

    private static Stream<String> login(DatabaseConfig before, DatabaseConfig wanted) {
        if (before.pool().credentials() instanceof Credentials old
                && wanted.pool().credentials() instanceof Credentials now) {
            return Stream.concat(
                    different("username", old.username(), now.username()),
                    different("password", old.password(), now.password()));
        }
        return Stream.of("credentials");
    }

    private static List<String> policies(DatabaseConfig before, DatabaseConfig wanted) {
        var retry = before.retry();
        var health = before.health();
        var breaker = before.breaker();
        return Stream.of(
                        different(
                                "retry.max-retries",
                                retry.maxRetries(),
                                wanted.retry().maxRetries()),
                        different(
                                "retry.initial-delay",
                                retry.initialDelay(),
                                wanted.retry().initialDelay()),
                        different(
                                "retry.max-delay",
                                retry.maxDelay(),
                                wanted.retry().maxDelay()),
                        different(
                                "retry.multiplier",
                                retry.multiplier(),
                                wanted.retry().multiplier()),
                        different("retry.jitter", retry.jitter(), wanted.retry().jitter()),
                        different(
                                "retry.deadline",
                                retry.deadline(),
                                wanted.retry().deadline()),
                        different("retry.budget", retry.budget(), wanted.retry().budget()),
                        different(
                                "health.enabled",
                                health.enabled(),
                                wanted.health().enabled()),
                        different(
                                "health.interval",
                                health.interval(),
                                wanted.health().interval()),
                        different(
                                "health.limit", health.limit(), wanted.health().limit()),
                        different(
                                "health.strikes",
                                health.strikes(),
                                wanted.health().strikes()),
                        different(
                                "breaker.enabled",
                                breaker.enabled(),
                                wanted.breaker().enabled()),
                        different(
                                "breaker.failure-rate",
                                breaker.failureRate(),
                                wanted.breaker().failureRate()),
                        different(
                                "breaker.window",
                                breaker.window(),
                                wanted.breaker().window()),
                        different(
                                "limits.call",
                                before.limits().call(),
                                wanted.limits().call()),
                        different(
                                "limits.transaction",
                                before.limits().transaction(),
                                wanted.limits().transaction()),
                        different(
                                "limits.fetch",
                                before.limits().fetch(),
                                wanted.limits().fetch()),
                        different(
                                "limits.commit",
                                before.limits().commit(),
                                wanted.limits().commit()),
                        different(
                                "log.queries",
                                before.log().queries(),
                                wanted.log().queries()),
                        different(
                                "log.statistics-interval",
                                before.log().statisticsInterval(),
                                wanted.log().statisticsInterval()),
                        different("slow-query-threshold", before.slowQueryThreshold(), wanted.slowQueryThreshold()),
                        different(
                                "statements.enabled",
                                before.statements().enabled(),
                                wanted.statements().enabled()),
                        different(
                                "statements.max",
                                before.statements().max(),
                                wanted.statements().max()),
                        different(
                                "statements.slow-after",
                                before.statements().slowAfter(),
                                wanted.statements().slowAfter()),
                        different(
                                "commit-outcome",
                                before.outcome().mode(),
                                wanted.outcome().mode()),
                        different(
                                "commit-outcome-timeout",
                                before.outcome().timeout(),
                                wanted.outcome().timeout()))
                .flatMap(keys -> keys)
                .toList();
    }

    private static Stream<String> different(String key, Object before, Object after) {
        return before.equals(after) ? Stream.empty() : Stream.of(key);
    }
}
