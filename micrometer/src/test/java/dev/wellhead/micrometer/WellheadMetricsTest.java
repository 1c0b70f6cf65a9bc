// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Lane;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WellheadMetricsTest {

    /** For a connection that is to be had, where the pool gives up soon. */
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private static final String LOST = "wellhead.commit.answers.lost";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private DatabaseManager manager;
    private WellheadMetrics metrics;

    @BeforeEach
    void open() {
        manager = DatabaseManager.builder()
                .database(config("default", PostgresServer.shared().jdbcUrl()))
                .open();
        metrics = new WellheadMetrics(manager);
        metrics.bindTo(registry);
    }

    @AfterEach
    void close() {
        metrics.close();
        manager.close();
    }

    private static DatabaseConfig config(String name, String jdbcUrl) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl(jdbcUrl)
                .maxSize(2)
                .minIdle(1)
                .acquireTimeout(Duration.ofMillis(200))
                .closeTimeout(Duration.ofMillis(500))
                .build());
    }

    @Test
    void gaugesShowThePool() throws Exception {
        assertThat(gauge("wellhead.pool.max")).isEqualTo(2);
        assertThat(gauge("wellhead.pool.min.idle")).isEqualTo(1);
        try (Connection held = manager.database().dataSource().getConnection()) {
            assertThat(held.isClosed()).isFalse();
            await().until(() -> gauge("wellhead.pool.connections", "state", "active") == 1);
        }
        await().until(() -> gauge("wellhead.pool.connections", "state", "active") == 0);
        assertThat(gauge("wellhead.pool.connections", "state", "idle")).isPositive();
    }

    @Test
    void firstScrapeAfterBindingShowsThePoolAsItIsThen() throws Exception {
        var fresh = new SimpleMeterRegistry();
        try (var bound = new WellheadMetrics(manager)) {
            bound.bindTo(fresh);
            try (Connection held = manager.database().dataSource().getConnection()) {
                assertThat(held.isClosed()).isFalse();
                assertThat(fresh.get("wellhead.pool.connections")
                                .tag("state", "active")
                                .gauge()
                                .value())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void acquiresAreCountedByOutcomeAndReason() throws Exception {
        var pool = manager.database().dataSource();
        try (Connection one = pool.getConnection("one", PATIENT);
                Connection two = pool.getConnection("two", PATIENT)) {
            assertThat(one).isNotSameAs(two);
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        }

        await().until(() -> sum("wellhead.pool.acquires", "outcome", "refused") == 1);
        assertThat(sum("wellhead.pool.acquires", "reason", "timeout")
                        + sum("wellhead.pool.acquires", "reason", "deadline"))
                .isEqualTo(1);
        assertThat(sum("wellhead.pool.acquires", "outcome", "direct")
                        + sum("wellhead.pool.acquires", "outcome", "waited"))
                .isEqualTo(2);
    }

    @Test
    void timersHearThePoolsEvents() throws Exception {
        try (Connection held = manager.database().dataSource().getConnection()) {
            assertThat(held.createStatement().execute("SELECT pg_sleep(0.05)")).isTrue();
        }

        var use = registry.get("wellhead.pool.use").timer();
        await().until(() -> use.count() == 1);
        assertThat(use.totalTime(TimeUnit.MILLISECONDS)).isBetween(20.0, 30_000.0);
        assertThat(registry.get("wellhead.pool.acquire.wait").timer().count()).isEqualTo(1);
        // Opened after binding, in place of the one that this evicts.
        manager.database().dataSource().evictAll();
        await().until(() -> registry.get("wellhead.pool.open").timer().count() > 0);
    }

    @Test
    void callsAndFailuresAreCounted() {
        var database = manager.database();
        database.query("fine", connection -> connection.createStatement().execute("SELECT 1"));
        assertThatThrownBy(() -> database.query(
                        "wrong", connection -> connection.createStatement().execute("SELEC 1")))
                .isInstanceOf(DatabaseException.class);

        await().until(() -> sum("wellhead.calls", "outcome", "failed") == 1);
        assertThat(sum("wellhead.calls", "outcome", "succeeded")).isEqualTo(1);
        assertThat(sum("wellhead.call.failures", "meaning", "syntax")).isEqualTo(1);
        assertThat(sum("wellhead.call.failures", "meaning", "constraint")).isZero();
    }

    @Test
    void lostAnswersToCommitAreCountedByWhatWasFoundOut() throws Exception {
        var commit = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);
        try (var fresh = PostgresServer.shared().createDatabase();
                var proxy = FaultProxy.to(PostgresServer.shared())) {
            var database = manager.open(config("bank", proxy.jdbcUrl(fresh.name()) + "&prepareThreshold=0"));
            metrics.refresh(registry);
            fresh.execute("CREATE TABLE item (id int)");
            save(database);
            assertThat(sum(LOST)).isZero();

            proxy.existing().cutBefore(Direction.TO_CLIENT, commit, Cut.RESET);
            save(database);
            await().until(() -> sum(LOST, "outcome", "committed") == 1);

            proxy.all().clear();
            proxy.existing().cutBefore(Direction.TO_SERVER, commit, Cut.RESET);
            save(database);
            await().until(() -> sum(LOST, "outcome", "aborted") == 1);
            assertThat(sum(LOST, "outcome", "unknown")).isZero();
            assertThat(sum(LOST)).isEqualTo(2);
        }
    }

    private static void save(Database database) {
        database.transaction("save", tx -> tx.update("insert", "INSERT INTO item VALUES (1)"));
    }

    @Test
    void healthIsTheLastCheck() {
        assertThat(manager.database().checkHealth().healthy()).isTrue();

        assertThat(gauge("wellhead.health", "database", "default")).isEqualTo(1);
    }

    @Test
    void connectionsAddUp() throws Exception {
        var pool = manager.database().dataSource();
        try (Connection held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
        }
        pool.evictAll();

        await().untilAsserted(() -> {
            double open = gauge("wellhead.pool.connections", "state", "active")
                    + gauge("wellhead.pool.connections", "state", "idle")
                    + gauge("wellhead.pool.connections", "state", "validating");
            assertThat(sum("wellhead.pool.closed", "reason", "requested")).isPositive();
            assertThat(sum("wellhead.pool.opened") - sum("wellhead.pool.closed"))
                    .isEqualTo(open);
        });
    }

    @Test
    void databasesOpenedLaterAreAdded() throws Exception {
        var later = manager.open(
                config("later", PostgresServer.shared().createDatabase().jdbcUrl()));
        assertThat(registry.find("wellhead.pool.max").tag("pool", "later").gauge())
                .isNull();

        metrics.refresh(registry);
        assertThat(gauge("wellhead.pool.max", "pool", "later")).isEqualTo(2);

        try (var only = new WellheadMetrics(later)) {
            var own = new SimpleMeterRegistry();
            only.bindTo(own);
            only.bindTo(own);
            assertThat(own.get("wellhead.pool.max").gauges()).hasSize(1);
        }
    }

    @Test
    void closingRemovesEveryMeter() {
        assertThat(registry.getMeters()).isNotEmpty();

        metrics.close();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void metersOutliveTheBinder() {
        var own = new SimpleMeterRegistry();
        new WellheadMetrics(manager).bindTo(own);
        System.gc();

        for (Meter meter : own.getMeters()) {
            meter.measure()
                    .forEach(measured -> assertThat(measured.getValue())
                            .as(meter.getId().toString())
                            .isNotNaN());
        }
    }

    private static DatabaseConfig withLanes() {
        var plain = config("laned", PostgresServer.shared().jdbcUrl());
        return DatabaseConfig.of(
                plain.pool().toBuilder().lanes(List.of(Lane.of("batch", 0, 1))).build());
    }

    @Test
    void lanesShowWhatTheyHoldAndMay() throws Exception {
        var laned = manager.open(withLanes()).dataSource();
        metrics.refresh(registry);

        assertThat(gauge("wellhead.pool.lane.ceiling", "lane", "batch")).isEqualTo(1);
        assertThat(gauge("wellhead.pool.lane.guaranteed", "lane", "default")).isEqualTo(2);
        assertThat(registry.find("wellhead.pool.lane.active")
                        .tag("pool", "default")
                        .gauges())
                .isEmpty();
        try (Connection held = laned.lane("batch").getConnection()) {
            assertThat(held.isClosed()).isFalse();
            await().until(() -> gauge("wellhead.pool.lane.active", "lane", "batch") == 1);
            assertThat(gauge("wellhead.pool.lane.active", "lane", "default")).isZero();
            assertThat(gauge("wellhead.pool.lane.waiting", "lane", "batch")).isZero();
        }
        await().until(() -> gauge("wellhead.pool.lane.active", "lane", "batch") == 0);
    }

    @Test
    void nestedAcquiresAreCounted() throws Exception {
        var pool = manager.database().dataSource();
        try (Connection one = pool.getConnection("one", PATIENT);
                Connection two = pool.getConnection("two", PATIENT)) {
            assertThat(one).isNotSameAs(two);
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        }

        // The second acquire counts too where it waited for an opening.
        long nested = pool.snapshot().counters().nested();
        assertThat(nested).isBetween(1L, 2L);
        await().until(() -> sum("wellhead.pool.nested") == nested);
        assertThat(sum("wellhead.pool.would.refuse")).isZero();
    }

    @Test
    void underACeilingItIsShown() throws Exception {
        assertThat(registry.find("wellhead.pool.ceiling.max").gauges()).isEmpty();
        try (var limited = DatabaseManager.builder()
                        .maxTotal(5)
                        .database(config("limited", PostgresServer.shared().jdbcUrl()))
                        .open();
                var meters = new WellheadMetrics(limited)) {
            meters.bindTo(registry);
            assertThat(gauge("wellhead.pool.ceiling.max")).isEqualTo(5);
            assertThat(gauge("wellhead.pool.ceiling.waits")).isZero();
            await().until(() -> gauge("wellhead.pool.ceiling.held") == 1);
            await().until(() -> gauge("wellhead.pool.ceiling.taken") == 1);
        }
    }

    @Test
    void healthChecksAreCountedByWhatTheyFound() throws Exception {
        try (var own = PostgresServer.start();
                var one = DatabaseManager.builder()
                        .database(config("checked", own.jdbcUrl()))
                        .open();
                var meters = new WellheadMetrics(one)) {
            meters.bindTo(registry);
            one.database().checkHealth();
            await().until(() -> sum("wellhead.health.checks", "database", "checked", "outcome", "healthy") > 0);
            own.stop();
            one.database().checkHealth();
            await().until(() -> sum("wellhead.health.checks", "database", "checked", "outcome", "database_down") > 0);
            await().until(() -> gauge("wellhead.health.strikes", "database", "checked") > 0);
            await().until(() ->
                    gauge("wellhead.health.verdict", "database", "checked", "verdict", "database_down") == 1);
        }
    }

    @Test
    void theLastErrorIsNamedByItsCodeWithItsAge() {
        assertThat(gauge("wellhead.last.error.age")).isEqualTo(Double.POSITIVE_INFINITY);
        var database = manager.database();
        assertThatThrownBy(() -> database.query(
                        "wrong", connection -> connection.createStatement().execute("SELEC 1")))
                .isInstanceOf(DatabaseException.class);
        await().until(() -> gauge("wellhead.last.error", "code", "E2007") == 1);
        assertThat(gauge("wellhead.last.error", "code", "E2001")).isZero();
        assertThat(sum("wellhead.call.errors", "code", "E2007")).isEqualTo(1);
        assertThat(gauge("wellhead.last.error.age")).isBetween(0.0, 60.0);
    }

    @Test
    void theTimeOfCallsAddsUp() {
        manager.database()
                .query("nap", connection -> connection.createStatement().execute("SELECT pg_sleep(0.05)"));
        var time = registry.get("wellhead.call.time").functionTimer();
        await().until(() -> time.count() == 1);
        assertThat(time.totalTime(TimeUnit.MILLISECONDS)).isBetween(50.0, 30_000.0);
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    private double sum(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
