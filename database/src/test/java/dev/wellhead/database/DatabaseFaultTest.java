// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
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

/** On a server that is killed, frozen and brought back. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DatabaseFaultTest {

    private static final String PASSWORD = "canary-7Qz";

    private static PostgresServer server;
    private final List<Database> open = new ArrayList<>();

    @BeforeAll
    static void start() throws SQLException {
        server = PostgresServer.start();
        server.requirePassword("clerk", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void mend() {
        open.forEach(Database::close);
        server.thaw();
        if (!server.isRunning()) {
            server.restart();
        }
    }

    @Test
    void callIsTriedAgainUntilTheServerIsBack() {
        try (var log = new LogCapture()) {
            server.kill();
            var back = CompletableFuture.runAsync(
                    () -> {
                        await().until(() -> log.lines().stream().anyMatch(line -> line.contains("attempt=2/")));
                        server.restart();
                    },
                    OwnThread.EACH);
            var patient = new DatabaseConfig(
                    Opened.pool("test", server.jdbcUrl())
                            .acquireTimeout(Duration.ofMillis(300))
                            .build(),
                    new RetryPolicy(100, Duration.ofMillis(50), Duration.ofMillis(100), 2.0, true),
                    Opened.NO_BACKGROUND,
                    Duration.ofSeconds(5));
            var retrying = track(Database.open(patient));
            assertThat(retrying.<Integer>query("load", DatabaseFaultTest::one)).isEqualTo(1);
            back.join();
            assertThat(retrying.counters().retries()).isPositive();
            assertThat(retrying.counters().failed()).isZero();
            assertThat(log.lines())
                    .anyMatch(line -> line.matches("WARN retry scheduled pool=test operation=load attempt=2/101"
                            + " delayMs=\\d+ cause=UNREACHABLE sqlState=08001"));
        }
    }

    @Test
    void hooksRunOnceThoughTheTransactionWasTriedAgain() {
        try (var log = new LogCapture()) {
            server.kill();
            var back = CompletableFuture.runAsync(
                    () -> {
                        await().until(() -> log.lines().stream().anyMatch(line -> line.contains("attempt=2/")));
                        server.restart();
                    },
                    OwnThread.EACH);
            var patient = new DatabaseConfig(
                    Opened.pool("test", server.jdbcUrl())
                            .acquireTimeout(Duration.ofMillis(300))
                            .build(),
                    new RetryPolicy(100, Duration.ofMillis(50), Duration.ofMillis(100), 2.0, true),
                    Opened.NO_BACKGROUND,
                    Duration.ofSeconds(5));
            var retrying = track(Database.open(patient));
            List<String> ran = new ArrayList<>();
            int one = retrying.transaction("save", tx -> {
                tx.afterCommit(() -> ran.add("committed"));
                tx.afterRollback(() -> ran.add("rolled back"));
                return tx.query("one", "SELECT 1").one(Integer.class);
            });
            back.join();
            assertThat(one).isEqualTo(1);
            assertThat(retrying.counters().retries()).isPositive();
            assertThat(ran).containsExactly("committed");
        }
    }

    @Test
    void poolRecoversFromRestartBetweenCalls() {
        var database = open(UnaryOperator.identity());
        assertThat(database.<Integer>query("load", DatabaseFaultTest::one)).isEqualTo(1);
        server.kill();
        server.restart();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> database.attempt("load", DatabaseFaultTest::one).isSuccess());
        for (int i = 0; i < 20; i++) {
            assertThat(database.<Integer>query("load", DatabaseFaultTest::one)).isEqualTo(1);
        }
    }

    @Test
    void deadServerIsUnreachableAfterAllAttempts() {
        var database = open(pool -> pool.acquireTimeout(Duration.ofMillis(100)).minIdle(0));
        server.kill();
        assertThatThrownBy(() -> database.query("load", DatabaseFaultTest::one))
                .isInstanceOfSatisfying(DatabaseUnreachableException.class, e -> {
                    assertThat(e.attempts()).isEqualTo(4);
                    assertThat(e.sqlState()).isEqualTo("08001");
                    assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_ANYWHERE);
                });
    }

    @Test
    void connectionKilledInTransactionIsRolledBackForCertain() {
        var database = open(UnaryOperator.identity()).with(CallOptions.DEFAULT.withRetry(RetryPolicy.NONE));
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    one(connection);
                    server.kill();
                    return one(connection);
                }))
                .isInstanceOfSatisfying(ConnectionLostException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
                    assertThat(e.attempts()).isEqualTo(1);
                });
    }

    @Test
    void connectionKilledInAutoCommitIsInDoubt() {
        var database = open(UnaryOperator.identity());
        assertThatThrownBy(() -> database.update("save", connection -> {
                    server.kill();
                    return one(connection);
                }))
                .isInstanceOfSatisfying(ConnectionLostException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.AMBIGUOUS);
                    assertThat(e.retryable()).isFalse();
                });
    }

    @Test
    void wrongPasswordIsSaidAtOnceAndShownNowhere() {
        try (var log = new LogCapture()) {
            var config = Opened.config(Opened.pool("clerks", server.urlWithoutUser("postgres"))
                    .username("clerk")
                    .password("wrong-" + PASSWORD)
                    .build());
            var database = track(Database.open(config));
            assertThatThrownBy(() -> database.query("load", DatabaseFaultTest::one))
                    .isInstanceOfSatisfying(AuthenticationFailedException.class, e -> {
                        assertThat(e.sqlState()).isEqualTo("28P01");
                        assertThat(e.attempts()).isEqualTo(1);
                        assertThat(e.retryable()).isFalse();
                        assertThat(e.safeMessage()).doesNotContain("clerk").doesNotContain("127.0.0.1");
                    })
                    .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(PASSWORD));
            var report = database.checkHealth();
            assertThat(report.verdict()).isEqualTo(Verdict.AUTHENTICATION);
            assertThat(report.healthy()).isFalse();
            assertThat(report.toString()).doesNotContain(PASSWORD);
            assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains(PASSWORD));
        }
    }

    @Test
    void rightPasswordIsServed() {
        var config = Opened.config(Opened.pool("clerks", server.urlWithoutUser("postgres"))
                .username("clerk")
                .password(PASSWORD)
                .build());
        assertThat(track(Database.open(config)).<Integer>query("load", DatabaseFaultTest::one))
                .isEqualTo(1);
    }

    @Test
    void unknownDatabaseIsSaid() {
        var database = track(Database.open(Opened.config("lost", server.jdbcUrl("no_such_database"))));
        assertThatThrownBy(() -> database.query("load", DatabaseFaultTest::one))
                .isInstanceOfSatisfying(UnknownDatabaseException.class, e -> {
                    assertThat(e.sqlState()).isEqualTo("3D000");
                    assertThat(e.attempts()).isEqualTo(1);
                });
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.UNKNOWN_DATABASE);
    }

    @Test
    void startThatFailsSaysWhy() {
        var config = Opened.config(Opened.pool("lost", server.jdbcUrl("no_such_database"))
                .startMode(StartMode.FAIL_FAST)
                .build());
        assertThatThrownBy(() -> Database.open(config))
                .isInstanceOfSatisfying(UnknownDatabaseException.class, e -> {
                    assertThat(e.operation()).isEqualTo("open");
                    assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                })
                .hasCauseInstanceOf(PoolStartException.class);
    }

    @Test
    void healthFollowsTheServer() {
        var database = open(UnaryOperator.identity());
        assertThat(database.health().verdict()).isEqualTo(Verdict.NOT_CHECKED);
        var healthy = database.checkHealth();
        assertThat(healthy.verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(healthy.healthy()).isTrue();
        assertThat(healthy.latency()).isPositive().isLessThan(Duration.ofMillis(1_500));
        assertThat(healthy.error()).isEmpty();

        server.kill();
        var down = database.checkHealth();
        assertThat(down.verdict()).isEqualTo(Verdict.DATABASE_DOWN);
        assertThat(down.healthy()).isFalse();
        assertThat(down.strikes()).isEqualTo(1);
        assertThat(down.error()).hasValue("Database unreachable [E2003] sqlState=08001");
        assertThat(database.health().healthy()).as("one strike of three").isTrue();
        database.checkHealth();
        database.checkHealth();
        assertThat(database.health().healthy()).as("three strikes of three").isFalse();

        server.restart();
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(database.health().healthy()).isTrue();
        assertThat(database.health().strikes()).isZero();
    }

    @Test
    void frozenServerIsStallWithinTheLimitAndItsThreadComesFree() {
        var database = open(UnaryOperator.identity());
        assertThat(database.checkHealth().healthy()).isTrue();
        server.freeze();
        for (int i = 1; i <= 5; i++) {
            long start = System.nanoTime();
            var report = database.checkHealth();
            var took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(report.verdict()).isEqualTo(Verdict.NETWORK_STALL);
            assertThat(report.healthy()).isFalse();
            assertThat(report.strikes()).isEqualTo(i);
            assertThat(took).isLessThan(Duration.ofMillis(2_500));
        }
        server.thaw();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> database.checkHealth().healthy());
    }

    @Test
    void stalledDatabaseDelaysNoOther() {
        List<Database> stalled = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            var database = track(Database.open(Opened.config("stalled" + i, server.jdbcUrl())));
            stalled.add(database);
            assertThat(database.checkHealth().healthy()).isTrue();
        }
        var other = track(
                Database.open(Opened.config("other", PostgresServer.shared().jdbcUrl())));
        assertThat(other.checkHealth().healthy()).isTrue();
        server.freeze();
        var checks = stalled.stream()
                .map(database -> CompletableFuture.supplyAsync(database::checkHealth, OwnThread.EACH))
                .toList();
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertThat(other.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_400));
        }
        assertThat(checks)
                .allSatisfy(check -> assertThat(check.join().verdict()).isEqualTo(Verdict.NETWORK_STALL));
        await().atMost(Duration.ofSeconds(10)).until(() -> healthThreads() <= 3);
    }

    @Test
    void fullPoolIsHealthyAndCheckedAtOnce() throws Exception {
        var database = open(pool -> pool.maxSize(2).acquireTimeout(Duration.ofSeconds(30)));
        try (var one = database.dataSource().getConnection("holder");
                var two = database.dataSource().getConnection("holder")) {
            var waiting = CompletableFuture.supplyAsync(
                    () -> database.<Integer>query("waiting", DatabaseFaultTest::one), OwnThread.EACH);
            await().until(() -> database.snapshot().waiting() == 1);
            var report = database.checkHealth();
            assertThat(report.healthy()).isTrue();
            assertThat(report.verdict()).isEqualTo(Verdict.POOL_SATURATED);
            assertThat(report.recommendations()).singleElement().asString().startsWith("1 caller waits");
            assertThat(report.pool().active()).isEqualTo(2);
            one.close();
            assertThat(waiting.join()).isEqualTo(1);
            assertThat(two.isClosed()).isFalse();
        }
    }

    @Test
    void backgroundCheckBeginsAtOnceAndGoesOn() {
        var config = Opened.config("watched", server.jdbcUrl());
        var watched = new DatabaseConfig(
                config.pool(),
                config.retry(),
                new HealthPolicy(true, Duration.ofMillis(50), Duration.ofSeconds(1), 2),
                config.slowQueryThreshold());
        try (var log = new LogCapture()) {
            var database = track(Database.open(watched));
            await().until(() -> database.health().verdict() == Verdict.HEALTHY);
            server.kill();
            await().until(() -> !database.health().healthy());
            assertThat(database.health().verdict()).isEqualTo(Verdict.DATABASE_DOWN);
            assertThat(database.health().strikes()).isGreaterThanOrEqualTo(2);
            server.restart();
            await().until(() -> database.health().verdict() == Verdict.HEALTHY);
            await().until(() -> log.lines().stream()
                    .anyMatch(line -> line.startsWith("INFO health recovered pool=watched failedChecks=")));
            assertThat(log.lines())
                    .anyMatch(line -> line.matches(
                            "WARN health check failed pool=watched verdict=DATABASE_DOWN strikes=1/2 elapsedMs=\\d+"
                                    + " sqlState=08001"));
        }
    }

    @Test
    void concurrentChecksShareOneProbe() throws Exception {
        var database = open(UnaryOperator.identity());
        assertThat(database.checkHealth().healthy()).isTrue();
        server.freeze();
        List<CompletableFuture<HealthReport>> checks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            checks.add(CompletableFuture.supplyAsync(database::checkHealth, OwnThread.EACH));
        }
        checks.forEach(CompletableFuture::join);
        assertThat(checks.stream().map(check -> check.join().strikes()).distinct())
                .containsExactly(1);
    }

    @Test
    void closeEndsTheControlConnection() throws SQLException {
        var database = open(UnaryOperator.identity());
        database.checkHealth();
        database.close();
        await().until(() -> server.backendPids().isEmpty());
        assertThatThrownBy(database::checkHealth).isInstanceOf(PoolClosedException.class);
    }

    private Database open(UnaryOperator<PoolConfig.Builder> change) {
        return track(Opened.database(server.jdbcUrl(), change));
    }

    private Database track(Database database) {
        open.add(database);
        return database;
    }

    private static long healthThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("wellhead-health"))
                .count();
    }

    private static int one(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 1")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String stackTrace(Throwable error) {
        var text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
