// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.ReconfigureReport;
import dev.wellhead.pool.ReconfigureReport.Change;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What can change while a pool runs, and what takes a new one. */
final class Reconfiguration {

    /** The settings in force afterwards, and the report. */
    record Outcome(PoolConfig effective, ReconfigureReport report) {}

    /** Everything that a physical connection is opened with, and everything that only matters at start. */
    private static final Set<String> NEED_RESTART = Set.of(
            "name",
            "jdbcUrl",
            "driverProperties",
            "statementTimeout",
            "idleInTransactionTimeout",
            "initSql",
            "autoCommit",
            "refuseFailedCommit",
            "readOnly",
            "isolation",
            "catalog",
            "schema",
            "applicationName",
            "pooled",
            "statistics",
            "leases",
            "jmx",
            "lanes",
            "startMode",
            "startRetries",
            "startRetryDelay");

    private Reconfiguration() {}

    static Outcome plan(PoolConfig now, PoolConfig wanted) {
        boolean keepsSize = keepsSize(now, wanted);
        var changed = new ArrayList<Change>();
        var needRestart = new ArrayList<Change>();
        for (var component : PoolConfig.class.getRecordComponents()) {
            var before = read(component, now);
            var after = read(component, wanted);
            if (!before.equals(after)) {
                var restart = NEED_RESTART.contains(component.getName())
                        || (component.getName().equals("credentials") && !isSameLogin(now, wanted))
                        || (component.getName().equals("maxSize") && keepsSize);
                (restart ? needRestart : changed)
                        .add(new Change(kebab(component.getName()), shown(before), shown(after)));
            }
        }
        return new Outcome(merge(now, wanted), new ReconfigureReport(List.copyOf(changed), List.copyOf(needRestart)));
    }

    private static PoolConfig merge(PoolConfig now, PoolConfig wanted) {
        return now.toBuilder()
                .credentials(isSameLogin(now, wanted) ? wanted.credentials() : now.credentials())
                .maxSize(keepsSize(now, wanted) ? now.maxSize() : wanted.maxSize())
                .minIdle(wanted.minIdle())
                .acquireTimeout(wanted.acquireTimeout())
                .maxWaiting(wanted.maxWaiting())
                .admission(wanted.admission())
                .connectTimeout(wanted.connectTimeout())
                .validationTimeout(wanted.validationTimeout())
                .validateAfterIdle(wanted.validateAfterIdle())
                .idleTimeout(wanted.idleTimeout())
                .maxLifetime(wanted.maxLifetime())
                .maxLifetimeJitter(wanted.maxLifetimeJitter())
                .maxUses(wanted.maxUses())
                .keepaliveInterval(wanted.keepaliveInterval())
                .quietAfter(wanted.quietAfter())
                .leakThreshold(wanted.leakThreshold())
                .acquireTracing(wanted.acquireTracing())
                .leakReclaimAfter(wanted.leakReclaimAfter())
                .reclaimAbandoned(wanted.reclaimAbandoned())
                .nestedAcquire(wanted.nestedAcquire())
                .createRetryInterval(wanted.createRetryInterval())
                .closeTimeout(wanted.closeTimeout())
                .housekeeperInterval(wanted.housekeeperInterval())
                .maxReplicaLag(wanted.maxReplicaLag())
                .replicaReads(wanted.replicaReads())
                .logConnections(wanted.logConnections())
                .validationQuery(wanted.validationQuery().orElse(null))
                .build();
    }

    /** Whether a lower size waits for the lanes that were made for it: those in force may not fit into it. */
    private static boolean keepsSize(PoolConfig now, PoolConfig wanted) {
        return wanted.maxSize() < now.maxSize() && !wanted.lanes().equals(now.lanes());
    }

    /**
     * Whether the login is the same but for its password. Connections of two logins in one pool would differ in what
     * they may do; the password of another URL may be that of another server, which this one must not be shown; a
     * provider is asked at each connect anyway and changes its passwords by itself.
     */
    private static boolean isSameLogin(PoolConfig now, PoolConfig wanted) {
        return now.jdbcUrl().equals(wanted.jdbcUrl())
                && now.credentials() instanceof Credentials before
                && wanted.credentials() instanceof Credentials after
                && before.username().equals(after.username());
    }

    private static Object read(RecordComponent component, PoolConfig config) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("PoolConfig." + component.getName() + " cannot be read", e);
        }
    }

    private static String shown(Object value) {
        return value instanceof Map<?, ?> map ? map.keySet().toString() : JdbcUrl.mask(String.valueOf(value));
    }

    private static String kebab(String name) {
        return name.equals("jdbcUrl")
                ? "url"
                : name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
