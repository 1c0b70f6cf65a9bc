// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whether two settings mean the same pool, and how they differ. */
final class DatabaseIdentity {

    private DatabaseIdentity() {}

    /** Same URL, user and settings, whatever they are called. */
    static boolean isSame(DatabaseConfig one, DatabaseConfig other) {
        return renamed(one, other.name()).equals(other);
    }

    static boolean isSameServerAndUser(DatabaseConfig one, DatabaseConfig other) {
        return one.pool().jdbcUrl().equals(other.pool().jdbcUrl())
                && user(one.pool()).equals(user(other.pool()));
    }

    /** Two contradicting settings, each with what differs; secrets and texts that may hold some are not shown. */
    static String describe(DatabaseConfig open, DatabaseConfig asked) {
        var before = settings(open);
        var after = settings(asked);
        var text = new StringBuilder(" open: ").append(name(open));
        before.forEach((key, value) -> {
            if (!value.equals(after.get(key))) {
                text.append(' ').append(key).append('=').append(value);
            }
        });
        text.append("; asked for: ").append(name(asked));
        after.forEach((key, value) -> {
            if (!value.equals(before.get(key))) {
                text.append(' ').append(key).append('=').append(value);
            }
        });
        if (before.equals(after)) {
            text.append(
                            " (they differ in settings that are not shown: password, credentials provider, driver-properties,")
                    .append(" init-sql or validation-query)");
        }
        return text.toString();
    }

    private static String name(DatabaseConfig config) {
        return "name=" + LogText.value(config.name()) + " url=" + config.pool().shownUrl() + " user="
                + LogText.value(shownUser(config.pool()));
    }

    private static DatabaseConfig renamed(DatabaseConfig config, String name) {
        return config.withPool(config.pool().toBuilder().name(name).build());
    }

    private static Object user(PoolConfig pool) {
        return pool.credentials() instanceof Credentials login ? login.username() : pool.credentials();
    }

    /** A provider may show anything in its text, so only its class is named. */
    private static String shownUser(PoolConfig pool) {
        return pool.credentials() instanceof Credentials login
                ? login.username()
                : pool.credentials().getClass().getSimpleName();
    }

    /** What may be shown, by key; whatever else two settings differ in, {@link #describe} only names. */
    static Map<String, Object> settings(DatabaseConfig config) {
        var pool = config.pool();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("max-size", pool.maxSize());
        shown.put("min-idle", pool.minIdle());
        shown.put("acquire-timeout", pool.acquireTimeout());
        shown.put("max-waiting", pool.maxWaiting());
        shown.put("admission", pool.admission());
        shown.put("lanes", pool.lanes());
        shown.put("connect-timeout", pool.connectTimeout());
        shown.put("validation-timeout", pool.validationTimeout());
        shown.put("validate-after-idle", pool.validateAfterIdle());
        shown.put("idle-timeout", pool.idleTimeout());
        shown.put("max-lifetime", pool.maxLifetime());
        shown.put("max-lifetime-jitter", pool.maxLifetimeJitter());
        shown.put("max-uses", pool.maxUses());
        shown.put("keepalive-interval", pool.keepaliveInterval());
        shown.put("quiet-after", pool.quietAfter());
        shown.put("leak-threshold", pool.leakThreshold());
        shown.put("acquire-tracing", pool.acquireTracing());
        shown.put("leak-reclaim-after", pool.leakReclaimAfter());
        shown.put("reclaim-abandoned", pool.reclaimAbandoned());
        shown.put("nested-acquire", pool.nestedAcquire());
        shown.put("create-retry-interval", pool.createRetryInterval());
        shown.put("close-timeout", pool.closeTimeout());
        shown.put("housekeeper-interval", pool.housekeeperInterval());
        shown.put("statement-timeout", pool.statementTimeout());
        shown.put("idle-in-transaction-timeout", pool.idleInTransactionTimeout());
        shown.put("auto-commit", pool.autoCommit());
        shown.put("refuse-failed-commit", pool.refuseFailedCommit());
        shown.put("read-only", pool.readOnly());
        shown.put("isolation", pool.isolation().map(Object::toString).orElse("none"));
        shown.put("catalog", pool.catalog().orElse("none"));
        shown.put("schema", pool.schema().orElse("none"));
        shown.put("application-name", pool.applicationName());
        shown.put("pooled", pool.pooled());
        shown.put("statistics", pool.statistics());
        shown.put("leases", pool.leases());
        shown.put("max-replica-lag", pool.maxReplicaLag());
        shown.put("replica-reads", pool.replicaReads());
        shown.put("log-connections", pool.logConnections());
        shown.put("jmx", pool.jmx());
        shown.put("start-mode", pool.startMode());
        shown.put("start-retries", pool.startRetries());
        shown.put("start-retry-delay", pool.startRetryDelay());
        shown.put("retry", config.retry());
        shown.put("health", config.health());
        shown.put("breaker", config.breaker());
        shown.put("limits.call", config.limits().call());
        shown.put("limits.transaction", config.limits().transaction());
        shown.put("limits.fetch", config.limits().fetch());
        shown.put("limits.commit", config.limits().commit());
        shown.put("slow-query-threshold", config.slowQueryThreshold());
        shown.put("outcome", config.outcome());
        shown.put("statements", config.statements());
        shown.put("log", config.log());
        return shown;
    }
}
