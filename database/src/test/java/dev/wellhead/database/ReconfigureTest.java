// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Settings of a database that change while it runs. */
@Timeout(120)
class ReconfigureTest {

    private static final int CALLERS = 12;
    private static final long CALLS = 4_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestDatabase server;

    @BeforeEach
    void create() throws SQLException {
        server = PostgresServer.shared().createDatabase();
    }

    @AfterEach
    void drop() throws Exception {
        threads.shutdownNow();
        server.close();
    }

    @Test
    void appliesWhatCanChangeAndNamesWhatTakesRestart() {
        var config = Opened.config("test", server.jdbcUrl());
        try (var database = Database.open(config)) {
            var pool = config.pool().toBuilder()
                    .maxSize(9)
                    .password("canary")
                    .schema("other")
                    .statementTimeout(Duration.ofSeconds(3))
                    .build();
            var health = new HealthPolicy(false, Duration.ofSeconds(7), Duration.ofSeconds(2), 5);
            var wanted = new DatabaseConfig(pool, RetryPolicy.NONE, health, Duration.ofSeconds(1));

            var done = database.reconfigure(wanted);

            assertThat(done.applied())
                    .containsExactlyInAnyOrder(
                            "pool.max-size",
                            "password",
                            "retry.max-retries",
                            "retry.initial-delay",
                            "retry.max-delay",
                            "retry.multiplier",
                            "retry.jitter",
                            "retry.deadline",
                            "retry.budget",
                            "health.interval",
                            "health.limit",
                            "health.strikes",
                            "slow-query-threshold");
            assertThat(done.needsRestart()).containsExactlyInAnyOrder("pool.schema", "pool.statement-timeout");
            assertThat(done.toString()).doesNotContain("canary");
            var inForce =
                    config.pool().toBuilder().maxSize(9).password("canary").build();
            assertThat(database.config())
                    .isEqualTo(new DatabaseConfig(inForce, RetryPolicy.NONE, health, Duration.ofSeconds(1)));
            assertThat(database.dataSource().config()).isEqualTo(inForce);

            var again = database.reconfigure(wanted);
            assertThat(again.applied()).isEmpty();
            assertThat(again.needsRestart()).containsExactlyInAnyOrder("pool.schema", "pool.statement-timeout");
        }
    }

    @Test
    void nameUrlAndUserTakeRestart() {
        var config = Opened.config("test", server.jdbcUrl());
        try (var database = Database.open(config)) {
            var other = config.pool().toBuilder()
                    .name("other")
                    .jdbcUrl("jdbc:postgresql://127.0.0.1:1/none")
                    .username("somebody")
                    .build();
            var done = database.reconfigure(Opened.config(other));
            assertThat(done.applied()).isEmpty();
            assertThat(done.needsRestart()).containsExactlyInAnyOrder("name", "url", "username");
            assertThat(database.config()).isEqualTo(config);
        }
    }

    @Test
    void providerInPlaceOfLoginTakesRestart() {
        var config = Opened.config("test", server.jdbcUrl());
        try (var database = Database.open(config)) {
            var asked = config.pool().toBuilder()
                    .credentials(() -> Credentials.of("clerk", "canary"))
                    .build();
            assertThat(database.reconfigure(Opened.config(asked)).needsRestart())
                    .containsExactly("credentials");
            assertThat(database.config()).isEqualTo(config);
        }
    }

    @Test
    void callersSeeNoErrorWhileSettingsChangeBackAndForth() throws Exception {
        server.execute("CREATE TABLE note (id int)");
        var small = Opened.config(Opened.pool("test", server.jdbcUrl())
                .minIdle(0)
                .maxSize(2)
                .acquireTimeout(Duration.ofSeconds(10))
                .idleTimeout(Duration.ofMillis(50))
                .validateAfterIdle(Duration.ZERO)
                .housekeeperInterval(Duration.ofMillis(5))
                .build());
        var large = new DatabaseConfig(
                small.pool().toBuilder()
                        .minIdle(4)
                        .maxSize(8)
                        .acquireTimeout(Duration.ofSeconds(20))
                        .connectTimeout(Duration.ofSeconds(5))
                        .validateAfterIdle(Duration.ofSeconds(1))
                        .maxUses(50)
                        .build(),
                RetryPolicy.NONE,
                new HealthPolicy(true, Duration.ofMillis(5), Duration.ofSeconds(5), 1),
                Duration.ZERO);
        try (var database = Database.open(small)) {
            var done = new AtomicLong();
            var stop = new AtomicBoolean();
            var callers = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(CompletableFuture.runAsync(() -> call(database, stop, done), threads));
            }
            long changes = 0;
            while (done.get() < CALLS && callers.stream().noneMatch(CompletableFuture::isDone)) {
                database.reconfigure(changes++ % 2 == 0 ? large : small);
                long next = done.get() + CALLERS;
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> done.get() >= next || callers.stream().anyMatch(CompletableFuture::isDone));
            }
            database.reconfigure(small);
            stop.set(true);
            callers.forEach(CompletableFuture::join);

            assertThat(changes).isGreaterThan(10);
            assertThat(database.counters().failed()).isZero();
            assertThat(database.counters().succeeded()).isEqualTo(done.get());
            assertThat(database.snapshot().counters().refusedTotal()).isZero();
            assertThat(database.snapshot().counters().closed()).containsKey(EvictReason.POOL_SHRUNK);
            assertThat(database.config()).isEqualTo(small);
            await().until(() -> database.snapshot().total() <= 2);
            assertThat(server.execute("SELECT count(*) FROM note")).containsExactly(Long.toString(done.get() / 2));
        }
    }

    /** Calls in pairs, one that reads and one that writes. */
    private static void call(Database database, AtomicBoolean stop, AtomicLong done) {
        while (!stop.get()) {
            database.query("ask", connection -> connection.createStatement().execute("SELECT 1"));
            database.update("write", "INSERT INTO note VALUES (1)");
            done.addAndGet(2);
        }
    }

    @Test
    void changesAtOnceEndInOneOfThemAsWhole() {
        var one = Opened.config(Opened.pool("test", server.jdbcUrl())
                .maxSize(3)
                .leakThreshold(Duration.ofSeconds(3))
                .build());
        var other = new DatabaseConfig(
                one.pool().toBuilder()
                        .maxSize(5)
                        .leakThreshold(Duration.ofSeconds(5))
                        .build(),
                RetryPolicy.NONE,
                new HealthPolicy(true, Duration.ofHours(1), Duration.ofSeconds(5), 1),
                Duration.ofSeconds(1));
        try (var database = Database.open(one)) {
            for (int round = 0; round < 50; round++) {
                var gate = new CountDownLatch(1);
                var changers = new ArrayList<CompletableFuture<Void>>();
                for (var wanted : List.of(one, other, one, other)) {
                    changers.add(CompletableFuture.runAsync(
                            () -> {
                                awaitGate(gate);
                                database.reconfigure(wanted);
                            },
                            threads));
                }
                gate.countDown();
                changers.forEach(CompletableFuture::join);
                assertThat(database.config()).isIn(one, other);
                assertThat(database.dataSource().config())
                        .isEqualTo(database.config().pool());
            }
        }
    }

    @Test
    void healthChecksBeginChangeAndEnd() {
        var off = Opened.config("test", server.jdbcUrl());
        try (var database = Database.open(off)) {
            assertThat(database.health().verdict()).isEqualTo(Verdict.NOT_CHECKED);
            database.reconfigure(
                    withHealth(off, new HealthPolicy(true, Duration.ofHours(1), Duration.ofSeconds(5), 1)));
            await().until(() -> database.health().verdict() == Verdict.HEALTHY);
            var first = database.health().checkedAt();
            database.reconfigure(
                    withHealth(off, new HealthPolicy(true, Duration.ofMillis(5), Duration.ofSeconds(5), 1)));
            await().until(() -> database.health().checkedAt().isAfter(first.plusMillis(50)));
            database.reconfigure(off);
            await().until(() -> database.health().verdict() == Verdict.NOT_CHECKED);
            assertThat(database.config()).isEqualTo(off);
        }
    }

    @Test
    void slowIsWhatTheThresholdInForceSays() {
        var config = Opened.config("test", server.jdbcUrl());
        try (var database = Database.open(config);
                var log = new LogCapture()) {
            database.query("before", connection -> connection.createStatement().execute("SELECT pg_sleep(0.06)"));
            database.reconfigure(
                    new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofMillis(50)));
            database.query("after", connection -> connection.createStatement().execute("SELECT pg_sleep(0.06)"));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("slow query"))
                    .singleElement()
                    .asString()
                    .contains("operation=after", "thresholdMs=50");
        }
    }

    @Test
    void managerTellsDatabasesApartByTheSettingsInForce() {
        var config = Opened.config("orders", server.jdbcUrl());
        var larger = Opened.config(config.pool().toBuilder().maxSize(9).build());
        try (var manager = DatabaseManager.builder().database(config).open()) {
            var database = manager.database("orders");
            database.reconfigure(larger);
            assertThat(manager.open(larger)).isSameAs(database);
            assertThat(manager.open(Opened.config(
                            larger.pool().toBuilder().name("alias").build())))
                    .isSameAs(database);
            assertThatThrownBy(() -> manager.open(config))
                    .isInstanceOf(DuplicateDatabaseException.class)
                    .hasMessageContaining("max-size=9")
                    .hasMessageContaining("max-size=4");
        }
    }

    @Test
    void closedDatabaseIsRefused() {
        var config = Opened.config("test", server.jdbcUrl());
        var database = Database.open(config);
        database.close();
        assertThatThrownBy(() -> database.reconfigure(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Database test is closed")
                .hasMessageContaining("open it anew");
    }

    private static DatabaseConfig withHealth(DatabaseConfig config, HealthPolicy health) {
        return config.withHealth(health);
    }

    private static void awaitGate(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
