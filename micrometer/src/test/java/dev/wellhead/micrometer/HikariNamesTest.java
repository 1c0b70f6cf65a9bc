// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** HikariCP's names beside those of a real HikariCP. */
class HikariNamesTest {

    private static final String POOL = "shop";
    /** Enough to open a connection on a busy machine, and waited for in vain once by each pool. */
    private static final long TIMEOUT_MILLIS = 1_000;

    private final SimpleMeterRegistry theirs = new SimpleMeterRegistry();
    private final SimpleMeterRegistry ours = new SimpleMeterRegistry();

    private static DatabaseManager wellhead() {
        return DatabaseManager.builder()
                .database(DatabaseConfig.of(PoolConfig.builder()
                        .name(POOL)
                        .jdbcUrl(PostgresServer.shared().jdbcUrl())
                        .maxSize(2)
                        .minIdle(1)
                        .acquireTimeout(Duration.ofMillis(TIMEOUT_MILLIS))
                        .build()))
                .open();
    }

    private HikariDataSource hikari() {
        var config = new HikariConfig();
        config.setPoolName(POOL);
        config.setJdbcUrl(PostgresServer.shared().jdbcUrl());
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(TIMEOUT_MILLIS);
        config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(theirs));
        return new HikariDataSource(config);
    }

    @Test
    void namesKindsTextsAndTagsAreThoseOfHikariCp() {
        try (var hikari = hikari();
                var manager = wellhead();
                var metrics = new WellheadMetrics(manager).withHikariNames(true)) {
            metrics.bindTo(ours);
            assertThat(hikari.isRunning()).isTrue();
            assertThat(shown(theirs)).hasSize(10);
            assertThat(shown(ours)).isEqualTo(shown(theirs));
        }
        assertThat(ours.getMeters()).isEmpty();
    }

    @Test
    void theyAreOffUnlessAskedFor() {
        try (var manager = wellhead();
                var metrics = new WellheadMetrics(manager)) {
            metrics.bindTo(ours);
            assertThat(shown(ours)).isEmpty();
        }
    }

    @Test
    void theSameWorkGivesTheSameNumbers() throws Exception {
        try (var hikari = hikari();
                var manager = wellhead();
                var metrics = new WellheadMetrics(manager).withHikariNames(true)) {
            metrics.bindTo(ours);
            for (DataSource pool : List.of(hikari, manager.database().dataSource())) {
                use(pool);
            }
            try (Connection held = hikari.getConnection();
                    Connection ourHeld = manager.database().dataSource().getConnection()) {
                assertThat(held.isClosed() || ourHeld.isClosed()).isFalse();
                for (var name : List.of("", ".active", ".idle", ".pending", ".max", ".min")) {
                    await().untilAsserted(
                                    () -> assertThat(gauge(ours, name)).as(name).isEqualTo(gauge(theirs, name)));
                }
            }
            await().untilAsserted(() -> {
                assertThat(timeouts(ours)).isEqualTo(timeouts(theirs)).isEqualTo(1);
                // HikariCP counts the wait of the refused one too.
                assertThat(count(ours, ".acquire"))
                        .isEqualTo(count(theirs, ".acquire"))
                        .isEqualTo(4);
                assertThat(count(ours, ".usage"))
                        .isEqualTo(count(theirs, ".usage"))
                        .isEqualTo(3);
                assertThat(count(ours, ".creation")).isPositive();
            });
        }
    }

    /** Both connections, and a third that is not to be had. */
    private static void use(DataSource pool) throws SQLException {
        try (Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            assertThat(one).isNotSameAs(two);
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        }
    }

    private static double gauge(SimpleMeterRegistry registry, String name) {
        return registry.get("hikaricp.connections" + name).gauge().value();
    }

    private static long count(SimpleMeterRegistry registry, String name) {
        return registry.get("hikaricp.connections" + name).timer().count();
    }

    private static double timeouts(SimpleMeterRegistry registry) {
        return registry.get("hikaricp.connections.timeout")
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    private static Set<String> shown(SimpleMeterRegistry registry) {
        Set<String> all = new TreeSet<>();
        for (Meter meter : registry.getMeters()) {
            var id = meter.getId();
            if (id.getName().startsWith("hikaricp")) {
                all.add(id.getName() + " " + id.getType() + " " + id.getTags() + " " + id.getBaseUnit() + " "
                        + id.getDescription());
            }
        }
        return all;
    }
}
