// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When checks take place out of turn. The interval is an hour, so that none of these is one of its own. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HealthPaceTest {

    private static final HealthPolicy SELDOM = new HealthPolicy(true, Duration.ofHours(1), Duration.ofMillis(1_500), 3);
    private static final Duration FOREVER = Duration.ofDays(1);

    private static PostgresServer server;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws SQLException {
        server = PostgresServer.start();
        server.requirePassword("clerk", "canary-7Qz");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void mend() throws Exception {
        for (var each : open) {
            each.close();
        }
        server.thaw();
        if (!server.isRunning()) {
            server.restart();
        }
    }

    @Test
    void callThatLosesItsConnectionHasTheDatabaseCheckedAtOnceAndEverySecondUntilOneSuccess() {
        var database = database(UnaryOperator.identity());
        assertThat(database.<Integer>query("one", HealthPaceTest::one)).isEqualTo(1);
        server.kill();
        assertThat(database.attempt("one", HealthPaceTest::one).isSuccess()).isFalse();
        await().atMost(Duration.ofSeconds(3)).until(() -> database.health().strikes() >= 1);
        await().atMost(Duration.ofSeconds(8)).until(() -> database.health().strikes() == 3);
        assertThat(database.health().healthy()).isFalse();
        assertThat(database.health().verdict()).isEqualTo(Verdict.DATABASE_DOWN);
        var times = database.health().failures().stream().map(HealthFailure::at).toList();
        for (int i = 1; i < times.size(); i++) {
            assertThat(Duration.between(times.get(i), times.get(i - 1)))
                    .isBetween(Duration.ofMillis(700), Duration.ofMillis(3_500));
        }

        server.restart();
        await().atMost(Duration.ofSeconds(4)).until(() -> database.health().strikes() == 0);
        assertThat(database.health().healthy()).isTrue();
        assertThat(database.health().verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void openThatFailsHasTheDatabaseCheckedAtOnce() {
        var database = database(pool -> pool.minIdle(0).acquireTimeout(Duration.ofMillis(500)));
        server.kill();
        assertThat(database.attempt("one", HealthPaceTest::one).isSuccess()).isFalse();
        await().atMost(Duration.ofSeconds(3)).until(() -> database.health().strikes() >= 1);
    }

    @Test
    void connectionFoundDeadHasTheDatabaseChecked() throws Exception {
        var database = database(pool -> pool.keepaliveInterval(Duration.ofMillis(500))
                .housekeeperInterval(Duration.ofMillis(50))
                .minIdle(1));
        assertThat(database.<Integer>query("one", HealthPaceTest::one)).isEqualTo(1);
        var before = database.health().checkedAt();
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                + " AND backend_type = 'client backend'");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> database.health().checkedAt().isAfter(before));
        assertThat(database.health().verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void callWithoutProgressForOneSecondHasTheDatabaseCheckedOnceAndOthersDoNot() {
        var database = database(UnaryOperator.identity());
        var first = database.health().checkedAt();
        for (int i = 0; i < 50; i++) {
            database.query("one", HealthPaceTest::one);
        }
        await().during(Duration.ofMillis(1_500))
                .until(() -> database.health().checkedAt().equals(first));
        var slow = CompletableFuture.runAsync(
                () -> database.query("slow", "SELECT 1 FROM pg_sleep(5)").one(Integer.class), OwnThread.EACH);
        await().atMost(Duration.ofMillis(4_500))
                .until(() -> database.health().checkedAt().isAfter(first));
        var second = database.health().checkedAt();
        assertThat(database.health().verdict()).isEqualTo(Verdict.HEALTHY);
        slow.join();
        assertThat(database.health().checkedAt()).isEqualTo(second);
    }

    @Test
    void frozenServerIsSeenByTheCallThatMakesNoProgress() {
        var database = database(UnaryOperator.identity());
        assertThat(database.<Integer>query("one", HealthPaceTest::one)).isEqualTo(1);
        server.freeze();
        var stuck = CompletableFuture.runAsync(() -> database.attempt("one", HealthPaceTest::one), OwnThread.EACH);
        await().atMost(Duration.ofSeconds(5)).until(() -> database.health().verdict() == Verdict.NETWORK_STALL);
        server.thaw();
        stuck.join();
        await().atMost(Duration.ofSeconds(3)).until(() -> database.health().verdict() == Verdict.HEALTHY);
    }

    @Test
    void thousandDoubtsAreNoMoreThanOneCheckInASecond() {
        var config = config("doubted", server.jdbcUrl(), SELDOM, UnaryOperator.identity());
        var pool = track(new WellheadDataSource(config.pool()));
        var monitor = track(new HealthMonitor(
                () -> config,
                new JdbcHealth(() -> config, pool, new Timeouts()),
                ErrorJudge.forUrl(server.jdbcUrl()),
                new Breaker(() -> config)));
        monitor.start();
        await().until(() -> monitor.lastKnown().verdict() == Verdict.HEALTHY);
        server.kill();
        var seen = Instant.now();
        Runnable storm = () -> {
            while (Duration.between(seen, Instant.now()).toMillis() < 3_000) {
                monitor.doubted();
            }
        };
        Stream.generate(() -> CompletableFuture.runAsync(storm, OwnThread.EACH))
                .limit(4)
                .toList()
                .forEach(CompletableFuture::join);
        assertThat(monitor.lastKnown().strikes()).isBetween(2, 4);
        var times =
                monitor.lastKnown().failures().stream().map(HealthFailure::at).toList();
        for (int i = 1; i < times.size(); i++) {
            assertThat(Duration.between(times.get(i), times.get(i - 1))).isGreaterThan(Duration.ofMillis(700));
        }
    }

    @Test
    void revokedLoginIsNoticedOnlyByLoggingInAnew() throws SQLException {
        var config = config(
                "clerks",
                server.urlWithoutUser("postgres"),
                Opened.NO_BACKGROUND,
                pool -> pool.username("clerk").password("canary-7Qz"));
        var pool = track(new WellheadDataSource(config.pool()));
        var judge = ErrorJudge.forUrl(server.jdbcUrl());
        Function<Duration, HealthMonitor> renewedAfter = age -> track(new HealthMonitor(
                () -> config,
                new JdbcHealth(() -> config, pool, new Timeouts(), age),
                judge,
                new Breaker(() -> config)));
        var lasting = renewedAfter.apply(FOREVER);
        var renewing = renewedAfter.apply(Duration.ZERO);
        assertThat(check(lasting).verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(check(renewing).verdict()).isEqualTo(Verdict.HEALTHY);
        server.execute("ALTER ROLE clerk NOLOGIN");
        try {
            assertThat(check(lasting).verdict()).isEqualTo(Verdict.HEALTHY);
            var found = check(renewing);
            assertThat(found.verdict()).isEqualTo(Verdict.AUTHENTICATION);
            assertThat(found.recommendations().get(0)).contains("had the login refused (SQLSTATE 28000)");
        } finally {
            server.execute("ALTER ROLE clerk LOGIN");
        }
        assertThat(check(renewing).verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void databaseThatWasDownWhenItsPoolWentQuietIsFoundHealthyWithoutAnAcquire() throws Exception {
        var often = new HealthPolicy(true, Duration.ofMillis(100), Duration.ofMillis(1_500), 3);
        var config = config(
                "sleepy",
                server.jdbcUrl(),
                often,
                pool -> pool.quietAfter(Duration.ofMillis(600)).housekeeperInterval(Duration.ofMillis(50)));
        var database = track(Database.open(config));
        assertThat(database.<Integer>query("one", HealthPaceTest::one)).isEqualTo(1);
        server.kill();
        await().until(() -> database.health().strikes() >= 3);
        await().until(() -> database.dataSource().isQuiet());
        assertThat(database.health().healthy()).isFalse();
        server.restart();
        await().atMost(Duration.ofSeconds(5)).until(() -> database.health().healthy());
        assertThat(database.health().verdict()).isEqualTo(Verdict.HEALTHY);
        // And now it may sleep.
        await().until(() -> server.backendPids().isEmpty());
        var last = database.health().checkedAt();
        await().during(Duration.ofMillis(500))
                .until(() -> database.health().checkedAt().equals(last));
    }

    @Test
    void lastTwentyFailuresAreKeptNewestFirst() {
        var database = track(
                Database.open(config("history", server.jdbcUrl(), Opened.NO_BACKGROUND, UnaryOperator.identity())));
        assertThat(database.checkHealth().failures()).isEmpty();
        server.kill();
        for (int i = 0; i < 25; i++) {
            database.checkHealth();
        }
        server.restart();
        var report = database.checkHealth();
        assertThat(report.verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(report.failures())
                .hasSize(20)
                .isSortedAccordingTo(Comparator.comparing(HealthFailure::at).reversed())
                .allSatisfy(failure -> {
                    assertThat(failure.verdict()).isEqualTo(Verdict.DATABASE_DOWN);
                    assertThat(failure.sqlState()).isEqualTo("08001");
                });
    }

    private static HealthReport check(HealthMonitor monitor) {
        try {
            return monitor.check();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One whose first check has ended. */
    private Database database(UnaryOperator<PoolConfig.Builder> change) {
        var database = track(Database.open(config("paced", server.jdbcUrl(), SELDOM, change)));
        await().until(() -> database.health().verdict() != Verdict.NOT_CHECKED);
        return database;
    }

    private static DatabaseConfig config(
            String name, String url, HealthPolicy health, UnaryOperator<PoolConfig.Builder> change) {
        return new DatabaseConfig(
                change.apply(Opened.pool(name, url)).build(), RetryPolicy.NONE, health, Duration.ofSeconds(5));
    }

    private <T extends AutoCloseable> T track(T opened) {
        open.add(opened);
        return opened;
    }

    private static int one(java.sql.Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 1")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
