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
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.watch.internal.PoolNotes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told of pools and databases, and how much of it. */
class EventLogTest {

    private final EventLog log = new EventLog();

    @Test
    void tellsOfConnectionsHoldersRefusalsAndTheVerdictOfARealDatabase() throws Exception {
        try (var server = PostgresServer.start();
                var manager = DatabaseManager.builder().open()) {
            var database = manager.open(config(server));
            try (var watch = Watch.start(manager, AlertSettings.DEFAULT)) {
                refuse(database);
                told(watch, "refused", EventLevel.ERROR, "a caller got no connection");
                told(watch, "leak-suspected", EventLevel.WARNING, "by hold");

                database.dataSource().evictAll();
                told(watch, "evicted", EventLevel.INFO, "left: requested");
                server.kill();
                told(watch, "verdict", EventLevel.WARNING, "suspected: database down");
                told(watch, "verdict", EventLevel.CRITICAL, "database down");
                assertThatThrownBy(() -> database.dataSource().getConnection("late"))
                        .isInstanceOf(SQLException.class);
                told(watch, "open-failed", EventLevel.ERROR, "SQLSTATE");
                server.restart();
                told(watch, "verdict", EventLevel.INFO, "healthy, was");

                assertThat(watch.history(database).orElseThrow().latest())
                        .containsKeys(HistorySeries.ACTIVE, HistorySeries.LIMIT, HistorySeries.ERRORS);
                assertThat(watch.events().after(0, "", EventLog.MOST).events())
                        .extracting(DeskEvent::id)
                        .isSorted();
            }
        }
    }

    private static DatabaseConfig config(PostgresServer server) {
        var pool = PoolConfig.builder()
                .name("orders")
                .jdbcUrl(server.jdbcUrl())
                .minIdle(0)
                .maxSize(1)
                .leakThreshold(Duration.ofSeconds(1))
                .connectTimeout(Duration.ofSeconds(1))
                .acquireTimeout(Duration.ofMillis(300))
                .build();
        return new DatabaseConfig(
                pool,
                RetryPolicy.NONE,
                new HealthPolicy(true, Duration.ofSeconds(1), Duration.ofSeconds(1), 3),
                Duration.ofSeconds(5));
    }

    /** The holder keeps the one connection until it is called a leak. */
    private static void refuse(Database database) throws SQLException {
        try (Connection held = database.dataSource().getConnection("hold")) {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> database.snapshot().counters().leaksSuspected() > 0);
            var refused = new ArrayList<SQLException>();
            var other = new Thread(() -> {
                try (Connection more = database.dataSource().getConnection("late")) {
                    more.getMetaData();
                } catch (SQLException e) {
                    refused.add(e);
                }
            });
            other.start();
            await().until(() -> !other.isAlive());
            assertThat(refused).hasSize(1);
            assertThat(held.isClosed()).isFalse();
        }
    }

    private static void told(Watch watch, String event, EventLevel level, String text) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                watch.events().after(0, "orders", EventLog.MOST).events())
                        .anySatisfy(each -> {
                            assertThat(each.event()).isEqualTo(event);
                            assertThat(each.level()).isEqualTo(level);
                            assertThat(each.text()).contains(text);
                        }));
    }

    @Test
    void aStormIsToldOnceThenTogetherEveryTenSecondsAndLeavesRoomForOthers() {
        var notes = new PoolNotes("orders");
        for (int second = 0; second < 25; second++) {
            for (int i = 0; i < 100; i++) {
                notes.onEvent(new PoolEvent.TimedOut("orders", RefusalReason.TIMEOUT, Duration.ofMillis(300)));
            }
            notes.tell(log, TimeUnit.SECONDS.toNanos(second));
        }
        notes.onEvent(new PoolEvent.Opened("orders", 7, Duration.ofMillis(12)));
        notes.tell(log, TimeUnit.SECONDS.toNanos(25));

        assertThat(log.after(0, "", 100).events())
                .extracting(DeskEvent::text)
                .containsExactly(
                        "a caller got no connection after 300 ms: timeout (E2001); 99 more like it",
                        "a caller got no connection after 300 ms: timeout (E2001); 999 more like it",
                        "a caller got no connection after 300 ms: timeout (E2001); 999 more like it",
                        "connection 7 opened in 12 ms");
    }

    @Test
    void countsWaitsOfTheTimeSinceTheLastLook() {
        var notes = new PoolNotes("orders");
        assertThat(notes.acquireP99()).isNaN();
        notes.onEvent(new PoolEvent.Acquired("orders", 1, "", Duration.ofMillis(80)));
        assertThat(notes.acquireP99()).isBetween(75.0, 85.0);
        assertThat(notes.acquireP99()).isNaN();
    }

    @Test
    void keepsTheNewestAndSaysHowManyAreGone() {
        for (int i = 1; i <= EventLog.MOST + 50; i++) {
            log.add(i % 2 == 0 ? "even" : "odd", "opened", EventLevel.INFO, "number " + i);
        }

        var all = log.after(0, "", Integer.MAX_VALUE);
        assertThat(all.events()).hasSize(EventLog.MOST);
        assertThat(all.dropped()).isEqualTo(50);
        assertThat(all.last()).isEqualTo(EventLog.MOST + 50);
        assertThat(ids(log.after(EventLog.MOST + 47, "", 100))).containsExactly(2_048L, 2_049L, 2_050L);
        assertThat(ids(log.after(0, "odd", 2))).containsExactly(2_047L, 2_049L);
        assertThat(log.after(30, "", 1).dropped()).isEqualTo(20);
    }

    @Test
    void cutsLongTexts() {
        log.add("orders", "failed", EventLevel.ERROR, "x".repeat(1_000));

        assertThat(log.after(0, "", 1).events().get(0).text()).hasSize(300).endsWith("...");
    }

    private static List<Long> ids(EventLog.Page page) {
        return page.events().stream().map(DeskEvent::id).toList();
    }
}
