// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** The database's bean, seen through the platform's MBean server. */
class DatabaseManagementTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    private static DatabaseConfig config(String name, boolean jmx) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl(PostgresServer.shared().jdbcUrl())
                .maxSize(2)
                .minIdle(0)
                .jmx(jmx)
                .build());
    }

    private Set<ObjectName> names(String database) throws Exception {
        return server.queryNames(new ObjectName("dev.wellhead:type=Database,name=" + database + ",*"), null);
    }

    @Test
    void isThereFromOpenToCloseAndOnlyWhereItIsAskedFor() throws Exception {
        try (var unseen = Database.open(config("unseen", false))) {
            assertThat(names(unseen.name())).isEmpty();
        }
        try (var seen = Database.open(config("seen", true));
                var twin = Database.open(config("seen", true))) {
            assertThat(names(seen.name())).hasSize(2);
            assertThat(twin.config().pool().jmx()).isTrue();
        }
        assertThat(names("seen")).isEmpty();
        // As the same database with other options is closed, it is closed.
        Database.open(config("seen", true)).with(CallOptions.DEFAULT).close();
        assertThat(names("seen")).isEmpty();
    }

    @Test
    void showsHealthBreakerAndCalls() throws Exception {
        try (var database = Database.open(config("shown", true))) {
            var bean = JMX.newMXBeanProxy(
                    server, new ObjectName("dev.wellhead:type=Database,name=shown"), DatabaseMXBean.class);
            assertThat(bean.getLastErrorCode()).isEmpty();
            assertThat(bean.getLastErrorAt()).isEmpty();
            assertThat(database.checkHealth().healthy()).isTrue();
            database.query("fine", connection -> connection.createStatement().execute("SELECT 1"));
            assertThatThrownBy(() -> database.query(
                            "wrong", connection -> connection.createStatement().execute("SELEC 1")))
                    .isInstanceOf(DatabaseException.class);

            assertThat(bean.isHealthy()).isTrue();
            assertThat(bean.getVerdict()).isEqualTo("HEALTHY");
            assertThat(bean.getStrikes()).isZero();
            assertThat(bean.getChecks().get("HEALTHY")).isPositive();
            assertThat(bean.getChecks()).containsEntry("DATABASE_DOWN", 0L);
            assertThat(bean.getRecommendations()).isEmpty();
            assertThat(bean.getBreakerState()).isEqualTo("CLOSED");
            assertThat(bean.getBreakerOpened() + bean.getBreakerRefused()).isZero();
            assertThat(bean.getCalls()).isEqualTo(2);
            assertThat(bean.getSucceeded()).isEqualTo(1);
            assertThat(bean.getFailed()).isEqualTo(1);
            assertThat(bean.getFailuresByCode()).containsEntry("E2007", 1L).containsEntry("E2001", 0L);
            assertThat(bean.getFailuresByKind()).containsEntry("SYNTAX", 1L);
            assertThat(bean.getMeanLatencyMicros()).isPositive();
            assertThat(bean.getTotalLatencyMillis()).isNotNegative();
            assertThat(bean.getLastErrorCode()).isEqualTo("E2007");
            assertThat(bean.getLastErrorAt()).startsWith("20");
        }
    }

    @Test
    void everyCounterOfTheCallsIsAnAttribute() {
        var attributes = Arrays.stream(DatabaseMXBean.class.getMethods())
                .map(Method::getName)
                .map(name -> name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4))
                .collect(Collectors.toSet());
        var otherwise = Map.of(
                "meanLatency", "meanLatencyMicros",
                "totalLatency", "totalLatencyMillis",
                "lastError", "lastErrorCode");
        for (var component : CallCounters.class.getRecordComponents()) {
            assertThat(attributes).contains(otherwise.getOrDefault(component.getName(), component.getName()));
        }
    }
}
