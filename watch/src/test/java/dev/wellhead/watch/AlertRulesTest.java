// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.StatementPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.watch.internal.AlertReading;
import dev.wellhead.watch.internal.AlertTable;
import dev.wellhead.watch.internal.RuleWatch;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules over a real database; time is the test's own, but where a {@link Watch} looks. */
class AlertRulesTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private PostgresServer server;
    private DatabaseManager manager;
    private Database database;
    private final List<Alert> told = new ArrayList<>();
    private RuleWatch<AlertReading> alerts;
    private long seconds;

    @BeforeEach
    void open() {
        server = PostgresServer.start();
        var pool = PoolConfig.builder()
                .name("orders")
                .jdbcUrl(server.jdbcUrl())
                .minIdle(1)
                .maxSize(4)
                .connectTimeout(Duration.ofSeconds(1))
                .acquireTimeout(Duration.ofMillis(500))
                .build();
        manager = DatabaseManager.builder().open();
        database = manager.open(new DatabaseConfig(
                        pool,
                        RetryPolicy.NONE,
                        new HealthPolicy(true, Duration.ofSeconds(1), Duration.ofSeconds(1), 3),
                        Duration.ofSeconds(5))
                .withStatements(new StatementPolicy(true, 100, Duration.ofSeconds(1))));
        alerts = new RuleWatch<>("orders", AlertTable.DATABASE, AlertSettings.DEFAULT.rules(), told::add);
    }

    @AfterEach
    void close() {
        manager.close();
        server.close();
    }

    /** Looks once a second for that long. */
    private void look(int times) {
        for (int i = 0; i < times; i++) {
            alerts.look(AlertReading.of(database, 0, 0), TimeUnit.SECONDS.toNanos(seconds), BEGIN.plusSeconds(seconds));
            seconds++;
        }
    }

    private List<Connection> held(int count) throws Exception {
        var all = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            all.add(database.dataSource().getConnection());
        }
        return all;
    }

    private static void release(List<Connection> all) throws Exception {
        for (var connection : all) {
            connection.close();
        }
    }

    @Test
    void firesOnceAfterItsHoldTimeAndResolvesOnce() throws Exception {
        look(1);
        var all = held(4);
        look(10);
        assertThat(told).isEmpty();
        assertThat(alerts.now()).singleElement().satisfies(alert -> {
            assertThat(alert.name()).isEqualTo("HIGH_POOL_USAGE");
            assertThat(alert.state()).isEqualTo(AlertState.PENDING);
        });

        look(30);

        assertThat(told).singleElement().satisfies(alert -> {
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.current()).isEqualTo(1);
            assertThat(alert.threshold()).isEqualTo(0.8);
            assertThat(alert.since()).isEqualTo(BEGIN.plusSeconds(1));
            assertThat(alert.firedAt()).contains(BEGIN.plusSeconds(11));
        });
        release(all);
        look(60);
        assertThat(told).hasSize(2);
        assertThat(told.get(1).state()).isEqualTo(AlertState.RESOLVED);
        assertThat(told.get(1).resolvedAt()).contains(BEGIN.plusSeconds(71));
        assertThat(alerts.now()).isEmpty();
    }

    @Test
    void whatFlapsIsToldOnce() throws Exception {
        var all = held(4);
        look(11);
        for (int i = 0; i < 10; i++) {
            // Between the two thresholds, and below both, but never for long enough.
            release(all.subList(i % 2 == 0 ? 1 : 0, 4));
            look(20);
            all = new ArrayList<>(all.subList(0, i % 2 == 0 ? 1 : 0));
            all.addAll(held(4 - all.size()));
            look(5);
        }
        assertThat(told).extracting(Alert::state).containsExactly(AlertState.FIRING);
        release(all);
    }

    @Test
    void whatIsOverBeforeItsHoldTimeIsNotTold() throws Exception {
        var all = held(4);
        look(9);
        release(all);
        look(60);
        assertThat(told).isEmpty();
        assertThat(alerts.now()).isEmpty();
    }

    @Test
    void errorRateIsThatOfTheLastMinute() {
        look(1);
        for (int i = 0; i < 20; i++) {
            database.query("good", "SELECT 1").one(Integer.class);
        }
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> database.query("bad", "SELECT nothing").one(Integer.class))
                    .isInstanceOf(RuntimeException.class);
        }
        look(12);

        assertThat(told).singleElement().satisfies(alert -> {
            assertThat(alert.name()).isEqualTo("HIGH_ERROR_RATE");
            assertThat(alert.current()).isEqualTo(0.2);
        });

        look(120);
        assertThat(told).extracting(Alert::state).containsExactly(AlertState.FIRING, AlertState.RESOLVED);
    }

    @Test
    void serverThatIsGoneIsToldByTheWatchAndSoIsItsReturn() {
        var heard = new CopyOnWriteArrayList<Alert>();
        try (var watch = Watch.start(manager, AlertSettings.DEFAULT.withSinks(List.of(heard::add)))) {
            server.kill();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> heard.stream().anyMatch(alert -> alert.name().equals("DATABASE_UNHEALTHY")));
            // A sink hears of it before the look that found it is over.
            await().until(() ->
                    watch.alerts().stream().anyMatch(alert -> alert.name().equals("DATABASE_UNHEALTHY")));

            server.restart();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> heard.stream()
                            .anyMatch(alert ->
                                    alert.name().equals("DATABASE_UNHEALTHY") && alert.state() == AlertState.RESOLVED));
            assertThat(watch.pastAlerts())
                    .anySatisfy(alert -> assertThat(alert.name()).isEqualTo("DATABASE_UNHEALTHY"));
            assertThat(heard.stream()
                            .filter(alert -> alert.name().equals("DATABASE_UNHEALTHY"))
                            .map(Alert::state))
                    .containsExactly(AlertState.FIRING, AlertState.RESOLVED);
        }
    }

    @Test
    void thresholdsAreTheUsers() throws Exception {
        var settings = AlertSettings.DEFAULT.withThresholds(Map.of("HIGH_POOL_USAGE", "0.2", "WAITING_CALLERS", "off"));
        alerts = new RuleWatch<>("orders", AlertTable.DATABASE, settings.rules(), told::add);
        var all = held(1);
        look(11);
        assertThat(told).extracting(Alert::name).containsExactly("HIGH_POOL_USAGE");
        assertThat(settings.rules()).extracting(AlertRule::name).doesNotContain("WAITING_CALLERS");
        release(all);

        assertThatThrownBy(() -> AlertSettings.DEFAULT.withThresholds(Map.of("POOL", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no alert POOL: there are [BREAKER_OPEN,");
        assertThatThrownBy(() -> AlertSettings.DEFAULT.withThresholds(Map.of("HIGH_LATENCY", "slow")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HIGH_LATENCY=slow: must be a number from 0, or off");
    }

    @Test
    void ruleThatIsSwitchedOffWhileItFiresIsOverAndAnotherThresholdCountsAtOnce() throws Exception {
        var all = held(4);
        look(11);
        var other = AlertSettings.DEFAULT.withThresholds(Map.of("HIGH_POOL_USAGE", "0.9"));
        alerts.rules(other.rules(), BEGIN.plusSeconds(seconds));
        look(1);
        assertThat(alerts.now()).singleElement().satisfies(alert -> {
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.threshold()).isEqualTo(0.9);
        });

        alerts.rules(other.withThresholds(Map.of("HIGH_POOL_USAGE", "off")).rules(), BEGIN.plusSeconds(seconds));
        look(60);

        assertThat(told).extracting(Alert::state).containsExactly(AlertState.FIRING, AlertState.RESOLVED);
        assertThat(alerts.now()).isEmpty();
        release(all);
    }

    @Test
    void holdTimesAreTheUsers() throws Exception {
        var settings = AlertSettings.DEFAULT.withHolds(Map.of("HIGH_POOL_USAGE", Duration.ofSeconds(2)));
        alerts = new RuleWatch<>("orders", AlertTable.DATABASE, settings.rules(), told::add);
        var all = held(4);
        look(3);
        assertThat(told).extracting(Alert::name).containsExactly("HIGH_POOL_USAGE");
        release(all);
    }

    @Test
    void whoeverIsToldLaterHearsWhatFires() throws Exception {
        var first = new CopyOnWriteArrayList<Alert>();
        var second = new CopyOnWriteArrayList<Alert>();
        AlertSink one = first::add;
        AlertSink other = second::add;
        var settings = AlertSettings.DEFAULT.withHolds(Map.of("HIGH_POOL_USAGE", Duration.ZERO));
        try (var watch = Watch.start(manager, settings.withSinks(List.of(one)))) {
            var all = held(4);
            await().until(() -> !first.isEmpty());
            watch.reconfigure(settings.withSinks(List.of(one, other)));
            await().until(() -> !second.isEmpty());
            assertThat(second).isEqualTo(first);
            assertThat(first).extracting(Alert::name).containsExactly("HIGH_POOL_USAGE");
            release(all);
        }
    }
}
