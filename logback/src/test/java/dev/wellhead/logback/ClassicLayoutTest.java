// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The old texts, letter by letter, of events that take place. */
@Timeout(60)
class ClassicLayoutTest {

    private static final String NOWHERE = "jdbc:postgresql://127.0.0.1:1/none?user=nobody";
    private static final String INFO = "[INFO] [DATABASE] [v1.0.0] ";
    private static final String WARN = "[WARN] [DATABASE] [v1.0.0] ";
    private static final String ERROR = "[ERROR] [DATABASE] [v1.0.0] ";

    private static TestDatabase server;

    @BeforeAll
    static void create() throws SQLException {
        server = PostgresServer.shared().createDatabase();
    }

    @AfterAll
    static void drop() throws SQLException {
        server.close();
    }

    @Test
    void aPoolBeginsAndEnds() {
        try (var lines = lines("life", Level.INFO)) {
            open("life", pool -> pool.minIdle(2).maxSize(10).startMode(StartMode.FAIL_FAST))
                    .close();
            await().untilAsserted(() -> assertThat(lines.all())
                    .contains(
                            INFO + "Pool configuration: min=2, max=10",
                            INFO + "Database connected successfully",
                            INFO + "New client connected to database",
                            INFO + "Database connection pool initialized successfully",
                            INFO + "Closing database pool...",
                            INFO + "Client removed from pool",
                            INFO + "Database pool closed"));
            assertThat(lines.all().indexOf(INFO + "Pool configuration: min=2, max=10"))
                    .isZero();
        }
    }

    @Test
    void connectionsAreSilentWhenSwitchedOff() {
        try (var lines = lines("silent", Level.INFO)) {
            open("silent", pool -> pool.startMode(StartMode.FAIL_FAST).logConnections(false))
                    .close();
            assertThat(lines.all())
                    .contains(INFO + "Database connected successfully", INFO + "Database pool closed")
                    .doesNotContain(INFO + "New client connected to database", INFO + "Client removed from pool");
        }
    }

    @Test
    void anExhaustedPoolCarriesItsCodeAndSeverity() throws SQLException {
        try (var lines = lines("small", Level.INFO);
                var database =
                        open("small", pool -> pool.maxSize(1).minIdle(0).acquireTimeout(Duration.ofMillis(100)));
                var held = database.dataSource().getConnection("hold", Duration.ofSeconds(10))) {
            assertThat(held.isClosed()).isFalse();
            assertThatThrownBy(() -> database.query("count", "SELECT 1").one(Integer.class))
                    .isInstanceOf(DatabaseException.class);
            assertThat(lines.all()).contains(ERROR + "[E2001][CRITICAL]Connection pool exhausted - troubleshoot");
        }
    }

    @Test
    void aCallOverItsLimitIsATimeout() {
        var config = config("late", pool -> pool);
        try (var lines = lines("late", Level.INFO);
                var database = opened(config.withLimits(
                        new TimeLimits(Duration.ofMillis(200), Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5))))) {
            assertThatThrownBy(() -> database.query("sleep", "SELECT 1 FROM pg_sleep(20)")
                            .one(Integer.class))
                    .isInstanceOf(DatabaseException.class);
            assertThat(lines.all()).contains(ERROR + "[E2002][ERROR]Query timeout exceeded");
        }
    }

    @Test
    void slowWorkIsToldByItsName() {
        var config = config("slow", pool -> pool);
        var eager = new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofMillis(10));
        try (var lines = lines("slow", Level.INFO);
                var database = opened(eager)) {
            database.query("search pitches", "SELECT 1 FROM pg_sleep(0.05)").one(Integer.class);
            assertThat(lines.all())
                    .anySatisfy(line ->
                            assertThat(line).matches("\\Q" + WARN + "\\ESlow query: search pitches took \\d+ms"));
        }
    }

    @Test
    void aFailedTransactionSaysThatItWasRolledBack() {
        try (var lines = lines("undo", Level.INFO);
                var database = open("undo", pool -> pool)) {
            assertThatThrownBy(() -> database.transaction("save", transaction -> {
                        transaction.query("one", "SELECT 1").one(Integer.class);
                        throw new IllegalStateException("no");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(lines.all()).contains(WARN + "Database transaction failed: rollback completed");
        }
    }

    @Test
    void aResetIsAWarningWithTheCodeOfExhaustion() {
        try (var lines = lines("again", Level.INFO);
                var database = open("again", pool -> pool)) {
            database.dataSource().reset();
            assertThat(lines.all()).contains(WARN + "[E2001][CRITICAL]Connection pool reset completed");
        }
    }

    @Test
    void attemptsAreCountedAsBefore() {
        var config = config("away", pool -> pool.jdbcUrl(NOWHERE).acquireTimeout(Duration.ofMillis(200)));
        var retry = new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2), 2.0, false);
        try (var lines = lines("away", Level.INFO);
                var database = opened(new DatabaseConfig(config.pool(), retry, config.health(), Duration.ZERO))) {
            assertThatThrownBy(() -> database.query("get user 123", "SELECT 1").one(Integer.class))
                    .isInstanceOf(DatabaseException.class);
            assertThat(lines.all())
                    .contains(
                            WARN + "Query failed (attempt 1/3), retrying in 1ms: UNREACHABLE",
                            WARN + "Query failed (attempt 2/3), retrying in 2ms: UNREACHABLE",
                            ERROR + "[E2003][CRITICAL]Database query failed: get user 123 (attempt 3/3)");
        }
    }

    @Test
    void aRetryThatTheDeadlineForbidsIsAFailedOperation() {
        var config = config("hurry", pool -> pool.jdbcUrl(NOWHERE).acquireTimeout(Duration.ofMillis(200)));
        var retry = new RetryPolicy(
                2, Duration.ofSeconds(50), Duration.ofSeconds(50), 2.0, false, Duration.ofSeconds(1), 0);
        try (var lines = lines("hurry", Level.INFO);
                var database = opened(new DatabaseConfig(config.pool(), retry, config.health(), Duration.ZERO))) {
            assertThatThrownBy(() -> database.query("get user 123", "SELECT 1").one(Integer.class))
                    .isInstanceOf(DatabaseException.class);
            assertThat(lines.all()).contains(WARN + "Database operation failed, attempt 1/3");
        }
    }

    @Test
    void aStartThatFailsCountsItsAttempts() {
        try (var lines = lines("start", Level.INFO)) {
            assertThatThrownBy(() -> open(
                            "start",
                            pool -> pool.jdbcUrl(NOWHERE)
                                    .startMode(StartMode.WAIT)
                                    .startRetries(2)
                                    .startRetryDelay(Duration.ofMillis(1))))
                    .isInstanceOf(DatabaseException.class);
            assertThat(lines.all())
                    .contains(
                            WARN + "Database operation failed, attempt 1/3",
                            WARN + "Database operation failed, attempt 3/3",
                            INFO + "Database pool closed")
                    .doesNotContain(INFO + "Database connection pool initialized successfully");
        }
    }

    @Test
    void aFailedHealthCheckIsTold() {
        try (var lines = lines("ill", Level.INFO);
                var database = open("ill", pool -> pool.jdbcUrl(NOWHERE))) {
            database.checkHealth();
            await().untilAsserted(() -> assertThat(lines.all()).contains(WARN + "Database health check failed"));
        }
    }

    @Test
    void aLostConnectionIsAnUnexpectedErrorAndIsCleanedUp() throws SQLException {
        try (var lines = lines("lost", Level.INFO);
                var database = open("lost", pool -> pool);
                var held = database.dataSource().getConnection()) {
            assertThatThrownBy(() -> {
                        try (var statement = held.createStatement()) {
                            statement.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                        }
                    })
                    .isInstanceOf(SQLException.class);
            held.close();
            await().untilAsserted(() -> assertThat(lines.all())
                    .contains(WARN + "Unexpected pool error", WARN + "Cleaning up unhealthy connection: 1 (BROKEN)"));
        }
    }

    @Test
    void aLeakIsToldWithItsHolderAsJson() throws Exception {
        try (var lines = lines("leaky", Level.INFO);
                var database = open(
                        "leaky",
                        pool -> pool.leakThreshold(Duration.ofMillis(20)).housekeeperInterval(Duration.ofMillis(20)));
                var held = database.dataSource().getConnection("load \"x\" \\ all")) {
            var start = WARN + "Connection leak detected ";
            await().until(() -> lines.all().stream().anyMatch(line -> line.startsWith(start)));
            assertThat(held.isClosed()).isFalse();
            var line = lines.all().stream()
                    .filter(one -> one.startsWith(start))
                    .findFirst()
                    .orElseThrow();
            var told = new ObjectMapper().readTree(line.substring(start.length()));
            assertThat(told.get("count").asInt()).isEqualTo(1);
            var connection = told.get("connections").get(0);
            assertThat(connection.get("id").asText()).isEqualTo("1");
            assertThat(connection.get("duration").asLong()).isGreaterThanOrEqualTo(20);
            assertThat(connection.get("operation").asText()).isEqualTo("load 'x' \\ all");
        }
    }

    @Test
    void aFullPoolIsToldBeforeItIsExhausted() throws Exception {
        try (var lines = lines("full", Level.INFO);
                var database = open(
                        "full",
                        pool -> pool.maxSize(2)
                                .minIdle(0)
                                .acquireTimeout(Duration.ofSeconds(30))
                                .housekeeperInterval(Duration.ofMillis(20)))) {
            var pool = database.dataSource();
            CompletableFuture<Boolean> waiting;
            try (var one = pool.getConnection();
                    var two = pool.getConnection()) {
                waiting = CompletableFuture.supplyAsync(
                        () -> database.query("wait", "SELECT true").one(Boolean.class), OwnThread.EACH);
                await().untilAsserted(() -> assertThat(lines.all())
                        .contains(
                                WARN + "High connection usage: 2/2 active",
                                WARN + "Connection pool saturated"
                                        + " {\"waiting\":1,\"active\":2,\"maxPoolSize\":2}"));
                assertThat(one).isNotSameAs(two);
            }
            assertThat(waiting.get()).isTrue();
        }
    }

    @Test
    void aFaultInTheBackgroundIsAnUnexpectedErrorWithItsCause() {
        var name = "dev.wellhead.pool.internal.PoolThreads";
        try (var lines = new Lines(
                Level.INFO,
                layout(),
                event -> event.getThrowableProxy() != null
                        && event.getLoggerName().equals(name))) {
            LoggerFactory.getLogger(name)
                    .error("background task failed", new IllegalStateException("odd", new SQLException("worse")));
            assertThat(lines.all())
                    .containsExactly(ERROR + "Unexpected pool error\n"
                            + "    java.lang.IllegalStateException: odd\n    java.sql.SQLException: worse");
        }
    }

    @Test
    void whatHasNoOldTextStandsBehindTheSameBrackets() {
        try (var lines = lines("plain", Level.INFO);
                var database = open("plain", pool -> pool)) {
            database.dataSource().pause();
            assertThat(lines.all()).contains(INFO + "pool paused pool=plain state=PAUSED");
        }
    }

    @Test
    void messagesOfOthersNameTheirLogger() {
        try (var lines =
                new Lines(Level.INFO, layout(), event -> event.getLoggerName().startsWith("org.example"))) {
            LoggerFactory.getLogger("org.example.Driver").warn("pool opened pool=x");
            assertThat(lines.all()).containsExactly("[WARN] [Driver] [v1.0.0] pool opened pool=x");
        }
    }

    private static Lines lines(String pool, Level level) {
        return Lines.of(pool, level, layout());
    }

    private static ClassicLayout layout() {
        var layout = new ClassicLayout();
        layout.setVersion("1.0.0");
        return layout;
    }

    private static Database open(String name, UnaryOperator<PoolConfig.Builder> change) {
        return opened(config(name, change));
    }

    private static Database opened(DatabaseConfig config) {
        return DatabaseManager.builder().open().open(config);
    }

    private static DatabaseConfig config(String name, UnaryOperator<PoolConfig.Builder> change) {
        var pool = PoolConfig.builder()
                .name(name)
                .jdbcUrl(server.jdbcUrl())
                .minIdle(0)
                .maxSize(4)
                .closeTimeout(Duration.ofSeconds(1))
                .startMode(StartMode.LAZY);
        var health = new HealthPolicy(false, Duration.ofSeconds(30), Duration.ofMillis(1_500), 3);
        return new DatabaseConfig(change.apply(pool).build(), RetryPolicy.NONE, health, Duration.ZERO);
    }
}
