// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an SDK reads of a real pool. */
class PoolTelemetryTest {

    private static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("db.client.connection.state");
    private static final AttributeKey<String> SUMMARY = AttributeKey.stringKey("db.query.summary");
    private static final String DURATION = "db.client.operation.duration";
    /** For a connection that is to be had, where the pool gives up soon. */
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private static final String PREFIX = "db.client.connection.";

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    private DatabaseManager manager;
    private PoolTelemetry telemetry;

    @BeforeEach
    void open() {
        manager = DatabaseManager.builder().database(config("shop")).open();
        telemetry = new PoolTelemetry(sdk, manager);
    }

    @AfterEach
    void close() {
        telemetry.close();
        manager.close();
        sdk.close();
    }

    private static DatabaseConfig config(String name) {
        return config(name, PostgresServer.shared().jdbcUrl());
    }

    private static DatabaseConfig config(String name, String url) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl(url)
                .maxSize(2)
                .minIdle(1)
                .acquireTimeout(Duration.ofMillis(200))
                .build());
    }

    @Test
    void namesKindsAndUnitsAreThoseOfTheConventions() throws Exception {
        useAll(manager.database());
        await().until(() -> read().containsKey(PREFIX + "use_time"));
        manager.database().dataSource().evictAll();
        await().until(() -> read().containsKey(PREFIX + "create_time"));
        manager.database().query("look", "SELECT 1").one(Integer.class);
        Map<String, String> shown = new TreeMap<>();
        read().forEach((name, metric) -> shown.put(name, metric.getType() + " " + metric.getUnit()));
        assertThat(shown)
                .isEqualTo(new TreeMap<>(Map.of(
                        DURATION,
                        MetricDataType.HISTOGRAM + " s",
                        PREFIX + "count",
                        MetricDataType.LONG_SUM + " {connection}",
                        PREFIX + "idle.max",
                        MetricDataType.LONG_SUM + " {connection}",
                        PREFIX + "idle.min",
                        MetricDataType.LONG_SUM + " {connection}",
                        PREFIX + "max",
                        MetricDataType.LONG_SUM + " {connection}",
                        PREFIX + "pending_requests",
                        MetricDataType.LONG_SUM + " {request}",
                        PREFIX + "timeouts",
                        MetricDataType.LONG_SUM + " {timeout}",
                        PREFIX + "create_time",
                        MetricDataType.HISTOGRAM + " s",
                        PREFIX + "wait_time",
                        MetricDataType.HISTOGRAM + " s",
                        PREFIX + "use_time",
                        MetricDataType.HISTOGRAM + " s")));
        var metrics = read();
        assertThat(metrics.get(PREFIX + "timeouts").getLongSumData().isMonotonic())
                .isTrue();
        assertThat(metrics.get(PREFIX + "count").getLongSumData().isMonotonic()).isFalse();
        assertThat(histogram("wait_time", "shop").getBoundaries())
                .containsExactly(.001, .005, .01, .05, .1, .5, 1.0, 5.0, 10.0);
    }

    @Test
    void valuesAreThoseOfThePool() throws Exception {
        assertThat(value("max", "shop")).isEqualTo(2);
        assertThat(value("idle.min", "shop")).isEqualTo(1);
        assertThat(value("idle.max", "shop")).isEqualTo(2);
        assertThat(value("timeouts", "shop")).isZero();
        useAll(manager.database());
        try (Connection held = manager.database().dataSource().getConnection()) {
            assertThat(held.isClosed()).isFalse();
            await().until(() -> state("used") == 1 && state("idle") == 1);
        }
        await().until(() -> state("used") == 0 && state("idle") == 2);
        assertThat(value("timeouts", "shop")).isEqualTo(1);
        assertThat(value("pending_requests", "shop")).isZero();
        await().until(() -> histogram("use_time", "shop").getCount() == 3);
        assertThat(histogram("wait_time", "shop").getCount()).isEqualTo(3);
        // Two were held while the third caller waited for its whole 200 ms.
        assertThat(histogram("use_time", "shop").getSum()).isBetween(0.3, 60.0);
    }

    @Test
    void databasesThatAreOpenedLaterAreFollowed() throws Exception {
        try (var fresh = PostgresServer.shared().createDatabase()) {
            var later = manager.open(config("later", fresh.jdbcUrl()));
            assertThat(value("max", "later")).isEqualTo(2);
            later.dataSource().getConnection("one", PATIENT).close();
            await().until(() -> histogram("use_time", "later").getCount() == 1);
            later.close();
        }
    }

    @Test
    void statementsAreTimedByWhatTheyDoAndHowTheyEnd() throws Exception {
        var later = manager.open(config("later", PostgresServer.shared().jdbcUrl()));
        later.query("nap", "SELECT relname FROM pg_class, pg_sleep(0.05) WHERE oid = ?", 1259)
                .list(String.class);
        later.query("nap", "SELECT relname FROM pg_class, pg_sleep(0.05) WHERE oid = ?", 1260)
                .list(String.class);
        assertThatThrownBy(() -> later.update("break", "UPDATE no_such_table SET n = 7"))
                .isInstanceOf(DatabaseException.class);

        var points = read().get(DURATION).getHistogramData().getPoints();
        assertThat(points)
                .filteredOn(
                        point -> "SELECT pg_class".equals(point.getAttributes().get(SUMMARY)))
                .singleElement()
                .satisfies(point -> {
                    assertThat(point.getCount()).isEqualTo(2);
                    assertThat(point.getSum()).isBetween(0.1, 60.0);
                    assertThat(shown(point.getAttributes()))
                            .containsEntry("db.system.name", "postgresql")
                            .containsEntry("db.operation.name", "SELECT")
                            .containsEntry("db.collection.name", "pg_class")
                            .containsEntry("server.address", "127.0.0.1")
                            .containsKeys("db.namespace", "server.port")
                            .doesNotContainKeys("error.type", "db.query.text");
                });
        assertThat(points)
                .filteredOn(point ->
                        "UPDATE no_such_table".equals(point.getAttributes().get(SUMMARY)))
                .singleElement()
                .satisfies(point -> assertThat(shown(point.getAttributes()))
                        .containsEntry("db.response.status_code", "42P01")
                        .containsEntry("error.type", "42P01"));
        later.close();
    }

    private static Map<String, String> shown(Attributes attributes) {
        Map<String, String> shown = new TreeMap<>();
        attributes.forEach((key, value) -> shown.put(key.getKey(), String.valueOf(value)));
        return shown;
    }

    @Test
    void closedItShowsNothingMore() throws Exception {
        telemetry.close();
        manager.database().query("look", "SELECT 1").one(Integer.class);
        assertThat(reader.collectAllMetrics()).isEmpty();
    }

    @Test
    void withoutAnSdkItDoesNothing() throws Exception {
        try (var silent = new PoolTelemetry(OpenTelemetry.noop(), manager.database())) {
            useAll(manager.database());
            manager.database().query("look", "SELECT 1").one(Integer.class);
            assertThat(silent).isNotNull();
        }
    }

    /** Both connections, and a third that is not to be had. */
    private static void useAll(Database database) throws SQLException {
        var pool = database.dataSource();
        try (Connection one = pool.getConnection("one", PATIENT);
                Connection two = pool.getConnection("two", PATIENT)) {
            assertThat(one).isNotSameAs(two);
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        }
    }

    private Map<String, MetricData> read() {
        return reader.collectAllMetrics().stream().collect(Collectors.toMap(MetricData::getName, Function.identity()));
    }

    private long value(String name, String pool) {
        return read().get(PREFIX + name).getLongSumData().getPoints().stream()
                .filter(point -> pool.equals(point.getAttributes().get(POOL)))
                .mapToLong(LongPointData::getValue)
                .findFirst()
                .orElseThrow();
    }

    private long state(String state) {
        return read().get(PREFIX + "count").getLongSumData().getPoints().stream()
                .filter(point -> state.equals(point.getAttributes().get(STATE)))
                .mapToLong(LongPointData::getValue)
                .sum();
    }

    private HistogramPointData histogram(String name, String pool) {
        return read().get(PREFIX + name).getHistogramData().getPoints().stream()
                .filter(point -> pool.equals(point.getAttributes().get(POOL)))
                .findFirst()
                .orElseThrow();
    }
}
