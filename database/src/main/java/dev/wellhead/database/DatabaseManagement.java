// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bean of a database in the platform's MBean server. Nothing else names JMX, which is loaded only where it is asked for. */
final class DatabaseManagement implements DatabaseMXBean, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseManagement.class);
    /** Databases of one name. */
    private static final int MOST_OF_A_NAME = 1_000;

    private final String database;
    private final Supplier<HealthReport> health;
    private final Supplier<CallCounters> calls;
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private @Nullable ObjectName name;

    private DatabaseManagement(String database, Supplier<HealthReport> health, Supplier<CallCounters> calls) {
        this.database = database;
        this.health = health;
        this.calls = calls;
    }

    /** Registers a database; one that cannot be is logged and works all the same. */
    static DatabaseManagement register(String database, Supplier<HealthReport> health, Supplier<CallCounters> calls) {
        var bean = new DatabaseManagement(database, health, calls);
        try {
            bean.register();
        } catch (JMException | RuntimeException e) {
            LOG.warn("jmx bean not registered pool={} cause={}", database, String.valueOf(e));
        }
        return bean;
    }

    private void register() throws JMException {
        for (int number = 1; number <= MOST_OF_A_NAME; number++) {
            var wanted = new ObjectName(
                    "dev.wellhead:type=Database,name=" + database + (number == 1 ? "" : ",number=" + number));
            try {
                name = server.registerMBean(this, wanted).getObjectName();
                return;
            } catch (InstanceAlreadyExistsException taken) {
                LOG.debug("jmx name is taken name={}", wanted, taken);
            }
        }
        throw new InstanceAlreadyExistsException(MOST_OF_A_NAME + " databases are called " + database);
    }

    /** Takes the bean out; again it does nothing. */
    @Override
    public void close() {
        var registered = name;
        if (registered == null) {
            return;
        }
        try {
            server.unregisterMBean(registered);
        } catch (InstanceNotFoundException gone) {
            LOG.debug("jmx bean is gone already pool={}", database, gone);
        } catch (JMException | RuntimeException e) {
            LOG.warn("jmx bean not unregistered pool={} cause={}", database, String.valueOf(e));
        }
    }

    private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
        var named = new TreeMap<String, Long>();
        counts.forEach((reason, count) -> named.put(reason.name(), count));
        return named;
    }

    @Override
    public boolean isHealthy() {
        return health.get().healthy();
    }

    @Override
    public String getVerdict() {
        return health.get().verdict().name();
    }

    @Override
    public int getStrikes() {
        return health.get().strikes();
    }

    @Override
    public long getCheckLatencyMillis() {
        return health.get().latency().toMillis();
    }

    @Override
    public Map<String, Long> getChecks() {
        return byName(health.get().checks());
    }

    @Override
    public String[] getRecommendations() {
        return health.get().recommendations().toArray(String[]::new);
    }

    @Override
    public String getBreakerState() {
        return health.get().breaker().state().name();
    }

    @Override
    public long getBreakerOpened() {
        return health.get().breaker().opened();
    }

    @Override
    public long getBreakerRefused() {
        return health.get().breaker().refused();
    }

    @Override
    public long getCalls() {
        return calls.get().calls();
    }

    @Override
    public long getSucceeded() {
        return calls.get().succeeded();
    }

    @Override
    public long getFailed() {
        return calls.get().failed();
    }

    @Override
    public long getRetries() {
        return calls.get().retries();
    }

    @Override
    public Map<String, Long> getRetriesByReason() {
        return byName(calls.get().retriesByReason());
    }

    @Override
    public Map<String, Long> getRetriesRefused() {
        return byName(calls.get().retriesRefused());
    }

    @Override
    public Map<String, Long> getFailuresByKind() {
        return byName(calls.get().failuresByKind());
    }

    @Override
    public Map<String, Long> getFailuresByCode() {
        return byName(calls.get().failuresByCode());
    }

    @Override
    public Map<String, Long> getLostCommits() {
        return byName(calls.get().lostCommits());
    }

    @Override
    public long getMeanLatencyMicros() {
        return calls.get().meanLatency().toNanos() / 1_000;
    }

    @Override
    public long getTotalLatencyMillis() {
        return calls.get().totalLatency().toMillis();
    }

    @Override
    public String getLastErrorCode() {
        return calls.get().lastError().map(error -> error.code().name()).orElse("");
    }

    @Override
    public String getLastErrorAt() {
        return calls.get().lastError().map(error -> error.at().toString()).orElse("");
    }
}
