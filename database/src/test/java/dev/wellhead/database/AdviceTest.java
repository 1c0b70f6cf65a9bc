// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each recommendation on a real server: where it is due, and where it is not. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class AdviceTest {

    private static final HealthPolicy SELDOM = new HealthPolicy(true, Duration.ofHours(1), Duration.ofMillis(1_500), 3);
    private static final String SLOW_SCAN =
            "SELECT count(*) FROM big WHERE note <> ? AND pg_sleep(0.001) IS NOT NULL AND id > 10";

    private static PostgresServer server;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws SQLException {
        server = PostgresServer.builder().maxConnections(30).start();
        server.execute("CREATE TABLE big AS SELECT g AS id, 'x' || g AS note FROM generate_series(1, 150000) g");
        server.execute("ALTER TABLE big ADD PRIMARY KEY (id)");
        server.execute("VACUUM ANALYZE big");
        server.execute("CREATE TABLE little AS SELECT g AS id, 'x' || g AS note FROM generate_series(1, 1000) g");
        server.execute("VACUUM ANALYZE little");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    @Test
    void poolThatIsTooSmallIsSaidWithItsNumbers() {
        var advice = afterEightThreads(pool -> pool.maxSize(2));
        assertThat(advice)
                .singleElement()
                .asString()
                .matches(
                        "The pool may be too small: of 320 requests in the last \\d+ s \\d+ had to wait or were refused,"
                                + " [\\d.]+ ms on average; by Little's law [\\d.]+ a second, of [\\d.]+ ms wait and [\\d.]+ ms use"
                                + " each, are [3-8]\\.\\d callers at a time for 2 connections: raise max-size to [3-8] .*");
    }

    @Test
    void poolThatIsLargeEnoughOrIsNotMeasuredIsNotCalledTooSmall() {
        assertThat(afterEightThreads(pool -> pool.maxSize(10))).isEmpty();
        assertThat(afterEightThreads(pool -> pool.maxSize(2).statistics(false))).isEmpty();
    }

    /** What is said after 320 statements of ten milliseconds by eight threads. */
    private List<String> afterEightThreads(UnaryOperator<PoolConfig.Builder> change) {
        var database = database(pool -> change.apply(pool.acquireTimeout(Duration.ofSeconds(20))));
        assertThat(database.query("warm", "SELECT 1").one(Integer.class)).isEqualTo(1);
        var watch = new UsageWatch(Duration.ofMinutes(5));
        watch.look(database::snapshot, System.nanoTime());
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        for (int call = 0; call < 40; call++) {
                            database.query("work", "SELECT 1 FROM pg_sleep(0.01)")
                                    .one(Integer.class);
                        }
                    },
                    OwnThread.EACH));
        }
        threads.forEach(CompletableFuture::join);
        return watch.advice(database.snapshot(), System.nanoTime());
    }

    @Test
    void poolThatIsTooLargeIsSaidWithItsNumbers() {
        var database = database(pool -> pool.maxSize(20));
        var watch = new UsageWatch(Duration.ofMillis(100));
        long began = System.nanoTime();
        watch.look(database::snapshot, began);
        assertThat(watch.advice(database.snapshot(), System.nanoTime())).isEmpty();
        for (int i = 0; i < 1_000; i++) {
            database.query("work", "SELECT 1").one(Integer.class);
        }
        await().until(() -> System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(watch.advice(database.snapshot(), System.nanoTime()))
                .singleElement()
                .asString()
                .matches(
                        "The pool may be too large: of 20 connections 1 at most were active at once since it was opened,"
                                + " and [\\d.]+ on average by Little's law \\([\\d.]+ requests a second of [\\d.]+ ms, in the last"
                                + " \\d+ s\\); \\d of 1000 requests waited: lower max-size to 2, .*");
    }

    @Test
    void poolThatOnceNeededItsConnectionsIsNotCalledTooLarge() throws SQLException {
        var database = database(pool -> pool.maxSize(8));
        var watch = new UsageWatch(Duration.ofMillis(100));
        watch.look(database::snapshot, System.nanoTime());
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(database.dataSource().getConnection("burst"));
        }
        await().until(() -> database.snapshot().peakActive() >= 3);
        for (var each : held) {
            each.close();
        }
        for (int i = 0; i < 1_000; i++) {
            database.query("work", "SELECT 1").one(Integer.class);
        }
        await().during(Duration.ofMillis(150))
                .until(() ->
                        watch.advice(database.snapshot(), System.nanoTime()).isEmpty());
    }

    @Test
    void connectionsHeldWithoutWorkAreSaid() throws SQLException {
        var database = database(pool -> pool.maxSize(10));
        for (int i = 0; i < 10; i++) {
            open.add(0, database.dataSource().getConnection("thinking"));
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(database.health().recommendations())
                        .anyMatch(text -> text.matches("Connections are held without work: in \\d+ of \\d+ looks"
                                + " \\(100 %\\) in the last ten minutes no statement ran .*")));
    }

    @Test
    void connectionsOnWhichStatementsRunAreNotCalledHeldWithoutWork() {
        var database = database(pool -> pool.maxSize(4));
        var watch = new HolderWatch();
        var slow = CompletableFuture.runAsync(
                () -> database.query("slow", "SELECT 1 FROM pg_sleep(2)").one(Integer.class), OwnThread.EACH);
        await().until(() -> database.leases().stream().anyMatch(lease -> lease.running()));
        for (int i = 0; i < 30; i++) {
            watch.look(database.leases(), System.nanoTime());
        }
        assertThat(slow).isNotDone();
        assertThat(watch.advice()).isEmpty();
        slow.join();
    }

    @Test
    void connectionHeldForLongerThanTheLeakThresholdIsSaidUntilItIsGivenBack() throws SQLException {
        var database = database(pool -> pool.leakThreshold(Duration.ofSeconds(2)));
        var leak = database.dataSource().getConnection("forgetful");
        assertThat(database.health().recommendations()).isEmpty();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(database.health().recommendations())
                        .anyMatch(text ->
                                text.matches("1 connection is held for longer than the leak threshold, the longest"
                                        + " for \\d+ ms by thread .* in operation forgetful: .*")));
        leak.close();
        assertThat(database.health().recommendations()).isEmpty();
    }

    @Test
    void serverWithHardlyAnyRoomForConnectionsIsSaid() throws SQLException {
        for (int i = 0; i < 23; i++) {
            open.add(DriverManager.getConnection(server.jdbcUrl()));
        }
        var database = database(UnaryOperator.identity());
        await().untilAsserted(() -> assertThat(database.health().recommendations())
                .singleElement()
                .asString()
                .matches(
                        "The server's max_connections is near: 2\\d of 27 connections are in use \\([89]\\d %\\), this pool"
                                + " has \\d and may have 4: .*"));
    }

    @Test
    void serverWithRoomIsNotSpokenOf() throws SQLException {
        var advice = new ServerAdvice(new Timeouts());
        long now = System.nanoTime();
        assertThat(advice.isDue(now)).isTrue();
        try (var connection = DriverManager.getConnection(server.jdbcUrl())) {
            advice.ask(connection, now);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(advice.isDue(now)).as("not again for ten minutes").isFalse();
        assertThat(advice.advice(Snapshots.idle(), now)).isEmpty();
    }

    @Test
    void statementThatTimedOutTwiceAndReadsALargeTableWholeIsSaid() {
        var database = database(pool -> pool.statementTimeout(Duration.ofMillis(300)));
        timeOut(database);
        database.checkHealth();
        assertThat(database.checkHealth().recommendations()).noneMatch(text -> text.contains("was ended twice"));
        timeOut(database);
        database.checkHealth();
        await().untilAsserted(() -> assertThat(database.health().recommendations())
                .anyMatch(
                        text -> text.equals("A statement was ended twice in ten minutes by its time limit, and its plan"
                                + " reads all of public.big, about 150000 rows, one after the other: add an index for its"
                                + " conditions, or ask for less: SELECT count(*) FROM big WHERE note <> ? AND pg_sleep(?) IS NOT"
                                + " NULL AND id > ?")));
    }

    private static void timeOut(Database database) {
        assertThatThrownBy(() -> database.query("scan", SLOW_SCAN, "y").one(Long.class))
                .isInstanceOf(QueryTimeoutException.class);
    }

    @Test
    void otherPlansAreNotSpokenOfAndNothingIsRunForThem() throws SQLException {
        var timeouts = new Timeouts();
        var advice = new ServerAdvice(timeouts);
        long now = System.nanoTime();
        for (var sql : List.of(
                "SELECT 1 FROM big WHERE id = ? AND pg_sleep(2) IS NOT NULL",
                "SELECT count(*) FROM little WHERE note <> ?",
                "INSERT INTO little SELECT id, note FROM little WHERE note = ?",
                "SELECT 1; DROP TABLE little",
                "SELECT no_such_column FROM big",
                "DROP TABLE little")) {
            timeouts.timedOut(sql, now);
            timeouts.timedOut(sql, now + 1);
        }
        try (var connection = DriverManager.getConnection(server.jdbcUrl())) {
            advice.ask(connection, now);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(timeouts.hasTwice()).isFalse();
        assertThat(advice.advice(Snapshots.idle(), now)).isEmpty();
        assertThat(server.execute("SELECT count(*) FROM little")).containsExactly("1000");
    }

    @Test
    void tableThatIsLockedIsNotWaitedFor() throws SQLException {
        var timeouts = new Timeouts();
        timeouts.timedOut(SLOW_SCAN, 0);
        timeouts.timedOut(SLOW_SCAN, 1);
        var advice = new ServerAdvice(timeouts);
        try (var locker = DriverManager.getConnection(server.jdbcUrl());
                var lock = locker.createStatement();
                var connection = DriverManager.getConnection(server.jdbcUrl())) {
            locker.setAutoCommit(false);
            lock.execute("LOCK TABLE big IN ACCESS EXCLUSIVE MODE");
            long start = System.nanoTime();
            advice.ask(connection, System.nanoTime());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(connection.isValid(1)).isTrue();
            locker.rollback();
        }
        assertThat(advice.advice(Snapshots.idle(), System.nanoTime())).isEmpty();
    }

    @Test
    void statementThatTimedOutTwiceButNotInTenMinutesIsNotAskedFor() {
        var timeouts = new Timeouts();
        timeouts.timedOut(SLOW_SCAN, 0);
        timeouts.timedOut(SLOW_SCAN, Duration.ofMinutes(10).toNanos() + 1);
        assertThat(timeouts.hasTwice()).isFalse();
        timeouts.timedOut(SLOW_SCAN, Duration.ofMinutes(20).toNanos());
        assertThat(timeouts.takeTwice()).hasValue(SLOW_SCAN);
    }

    @Test
    void thousandsOfTextsAreNotKept() {
        var timeouts = new Timeouts();
        for (int i = 0; i < 5_000; i++) {
            timeouts.timedOut("SELECT " + i, i);
            timeouts.timedOut("SELECT " + i, i);
        }
        int taken = 0;
        while (timeouts.takeTwice().isPresent()) {
            taken++;
        }
        assertThat(taken).isEqualTo(20);
    }

    private Database database(UnaryOperator<PoolConfig.Builder> change) {
        var config = change.apply(Opened.pool("advised", server.jdbcUrl())).build();
        var database = Database.open(new DatabaseConfig(config, RetryPolicy.NONE, SELDOM, Duration.ofSeconds(5)));
        open.add(database);
        await().until(() -> database.health().verdict() == Verdict.HEALTHY);
        return database;
    }
}
