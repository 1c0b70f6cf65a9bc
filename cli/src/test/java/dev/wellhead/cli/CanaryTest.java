// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static dev.wellhead.cli.Canary.ENCODED;
import static dev.wellhead.cli.Canary.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.Attempt;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.Deadline;
import dev.wellhead.database.ErrorReport;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.StartMode;
import dev.wellhead.server.WellheadServer;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import dev.wellhead.testkit.PostgresServer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A password is planted wherever one can be given or can get into, and every output is looked through for it: what
 * commands print, HTTP, metrics, JMX, logs at their finest, names of threads, errors as JSON, and the text of every public
 * type that can hold it.
 */
@Timeout(300)
class CanaryTest {
    private static final List<String> COMMANDS = List.of(
            "config show",
            "config show --json",
            "config show --changed",
            "config check",
            "config check --json",
            "config check --connect",
            "config check --connect --json",
            "doctor",
            "doctor --json",
            "health",
            "health --json",
            "load --clients 2 --queries 2",
            "load --clients 2 --queries 2 --json",
            "config init --dry-run",
            "config schema",
            "explain 28P01",
            "pool size --query-time 20ms --rps 500");

    private static final List<String> ROUTES = List.of(
            "/health/live",
            "/health/ready",
            "/health",
            "/health/db",
            "/api/health",
            "/api/metrics/db",
            "/metrics",
            "/no");

    private static PostgresServer server;

    @TempDir
    private Path folder;

    private Canary canary;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start();
        server.requirePassword("app", PASSWORD);
        server.requirePassword("other", "another one");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void listen() {
        canary = new Canary();
    }

    @AfterEach
    void stopListening() {
        canary.close();
    }

    @Test
    void theNetsCatchWhatTheyAreFor() {
        for (var shown : List.of(
                PASSWORD,
                ENCODED,
                Canary.BASE64,
                PASSWORD.substring(0, 9),
                PASSWORD.substring(12),
                "x" + Canary.BASE64)) {
            assertThat(Canary.isIn("a " + shown + " b")).as(shown).isTrue();
        }
        assertThat(Canary.isIn("password=****")).isFalse();
        LoggerFactory.getLogger("dev.wellhead.any").trace("quietly", new IllegalStateException(Canary.thrown()));
        LoggerFactory.getLogger("org.example").debug("at {}", PASSWORD);
        LoggerFactory.getLogger("dev.wellhead.any").atTrace().log("fluent {}", PASSWORD);
        java.util.logging.Logger.getLogger("org.example").finest(PASSWORD);
        for (var caught : List.of("quietly", "org.example: at", "fluent", "FINEST")) {
            assertThat(canary.leaks()).anyMatch(leak -> leak.contains(caught));
        }
    }

    // Commands.

    /** Where users may write a password, and how. */
    private enum Place {
        USER_INFO,
        PARAMETER,
        JDBC_PARAMETER,
        VARIABLES,
        DOT_ENV,
        FILE,
        PASSWORD_FILE
    }

    private Map<String, String> planted(Place place, String user, int port) throws Exception {
        var plain = "postgresql://127.0.0.1:" + port + "/postgres";
        Map<String, String> environment = new HashMap<>();
        Files.deleteIfExists(folder.resolve(".env"));
        Files.deleteIfExists(folder.resolve("wellhead.yaml"));
        switch (place) {
            case USER_INFO ->
                environment.put(
                        "DATABASE_URL", "postgresql://" + user + ":" + ENCODED + "@127.0.0.1:" + port + "/postgres");
            case PARAMETER -> environment.put("DATABASE_URL", plain + "?user=" + user + "&password=" + ENCODED);
            case JDBC_PARAMETER ->
                environment.put("DATABASE_URL", "jdbc:" + plain + "?password=" + ENCODED + "&user=" + user);
            case VARIABLES ->
                environment.putAll(Map.of(
                        "DB_HOST",
                        "127.0.0.1",
                        "DB_PORT",
                        Integer.toString(port),
                        "DB_NAME",
                        "postgres",
                        "DB_USERNAME",
                        user,
                        "DB_PASSWORD",
                        PASSWORD));
            case DOT_ENV ->
                Files.writeString(
                        folder.resolve(".env"),
                        "DATABASE_URL=" + plain + "\nDB_USERNAME=" + user + "\nDB_PASSWORD='" + PASSWORD + "'\n");
            case FILE ->
                Files.writeString(
                        folder.resolve("wellhead.yaml"),
                        "url: " + plain + "?sslpassword=" + ENCODED + "\nusername: " + user + "\npassword: \""
                                + PASSWORD + "\"\npool.driver-properties: {sslkey: \"/no/" + PASSWORD + "\"}\n");
            case PASSWORD_FILE -> {
                Files.writeString(folder.resolve("password"), PASSWORD + "\n");
                environment.putAll(
                        Map.of("DATABASE_URL", plain, "DB_USERNAME", user, "WELLHEAD_PASSWORD_FILE", "password"));
            }
        }
        return environment;
    }

    private CliRun run(Map<String, String> environment, String command) {
        var run = CliRun.in(folder, environment, command.split(" "));
        Canary.assertNotIn("stdout of " + command, run.out());
        Canary.assertNotIn("stderr of " + command, run.err());
        return run;
    }

    @Test
    void noCommandShowsItWhereverItStands() throws Exception {
        for (var place : Place.values()) {
            var environment = planted(place, "app", server.port());
            assertThat(run(environment, "config show").out()).as(place.name()).contains("****");
            run(environment, "config show --json");
            run(environment, "--verbose config check");
            var health = run(environment, "--verbose health");
            assertThat(health.out())
                    .as("it is the right one: %s %s", place, health.err())
                    .contains(": healthy");
        }
        canary.assertLogsClean();
        assertThat(canary.read()).isPositive();
    }

    @Test
    void noCommandShowsItWhereItIsRight() throws Exception {
        everyCommand(planted(Place.FILE, "app", server.port()));
        everyCommand(planted(Place.USER_INFO, "app", server.port()));
        canary.assertLogsClean();
    }

    @Test
    void noCommandShowsItWhereItIsWrong() throws Exception {
        everyCommand(planted(Place.PARAMETER, "other", server.port()));
        canary.assertLogsClean();
    }

    @Test
    void noCommandShowsItWhereNobodyAnswers() throws Exception {
        everyCommand(planted(Place.VARIABLES, "app", 1));
        canary.assertLogsClean();
    }

    @Test
    void noCommandShowsItWhereTheDriverSaysIt() throws Exception {
        try (var driver = FakeDriver.create().on(FakeOperation.OPEN, FakeBehavior.fail(Canary::thrown))) {
            var environment = Map.of("DATABASE_URL", driver.url(), "DB_USERNAME", "app", "DB_PASSWORD", PASSWORD);
            everyCommand(environment);
            assertThat(driver.calls(FakeOperation.OPEN)).isNotEmpty();
            driver.on(FakeOperation.OPEN, FakeBehavior.normal());
            for (var operation : List.of(FakeOperation.EXECUTE, FakeOperation.VALIDATE, FakeOperation.OTHER)) {
                driver.on(operation, FakeBehavior.fail(Canary::thrown));
                everyCommand(environment);
            }
        }
        canary.assertLogsClean();
    }

    private void everyCommand(Map<String, String> environment) {
        for (var command : COMMANDS) {
            run(environment, "--verbose " + command);
        }
    }

    @Test
    void noProblemOfTheConfigurationShowsIt() throws Exception {
        Files.writeString(
                folder.resolve("wellhead.yaml"),
                "pasword: \"" + PASSWORD + "\"\npassword: [\"" + PASSWORD + "\"]\nurl: postgresql://app:" + ENCODED
                        + "@h:5x32/d\npool.driver-properties: \"" + PASSWORD + "\"\n\"databases.b.pasword\": \""
                        + PASSWORD
                        + "\"\n");
        Files.writeString(folder.resolve(".env"), "DB_PASSWORD=\"" + PASSWORD + "\nnonsense " + PASSWORD + "\n");
        var environment = Map.of(
                "WELLHEAD_PASWORD", PASSWORD,
                "DB_PASWORD", PASSWORD,
                "DB_PASSWORD", PASSWORD,
                "DATABASE_URL", "postgresql://app:" + PASSWORD + "@h:x/d");
        var refused = run(environment, "config check");
        assertThat(refused.out() + refused.err()).contains("pasword");
        everyCommand(environment);
        Files.writeString(
                folder.resolve("hikari.properties"),
                "jdbcUrl=jdbc:postgresql://h/d?password=" + ENCODED + "\npassword=" + PASSWORD + "\npasword=" + PASSWORD
                        + "\ndataSource.password=" + PASSWORD + "\n");
        run(Map.of(), "--verbose config import-hikari hikari.properties");
        run(Map.of(), "--verbose config import-hikari hikari.properties --json");
        canary.assertLogsClean();
    }

    // What runs.

    static PoolConfig.Builder pool(String name, String url) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(url)
                .username("app")
                .password(Secret.of(PASSWORD))
                .minIdle(1)
                .maxSize(3)
                .jmx(true)
                .leases(true)
                .acquireTracing(true)
                .startMode(StartMode.LAZY)
                .acquireTimeout(Duration.ofMillis(300))
                .connectTimeout(Duration.ofSeconds(5))
                .closeTimeout(Duration.ofSeconds(1));
    }

    static DatabaseConfig config(PoolConfig.Builder pool) {
        var retry = new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), 1.0, false);
        var health = new HealthPolicy(true, Duration.ofMillis(200), Duration.ofSeconds(2), 3);
        return new DatabaseConfig(pool.build(), retry, health, Duration.ofSeconds(5));
    }

    static void quietly(AutoCloseable work) {
        try {
            work.close();
        } catch (Exception expected) {
            Canary.assertNotIn("its text", expected instanceof DatabaseException ? expected.toString() : "");
        }
    }

    /** Asks that database for one thing of each kind; all may fail. */
    private static void use(Database database) {
        try (var deadline = Deadline.open(Duration.ofMinutes(1))) {
            useInTime(database);
            Canary.assertNotIn("a deadline", deadline.toString());
        }
    }

    private static void useInTime(Database database) {
        quietly(() -> database.query("one", "SELECT 1").one(Integer.class));
        quietly(() -> database.update("set", "UPDATE t SET a = 1"));
        quietly(() -> database.transaction("tx", tx -> {
            Canary.assertNotIn("a transaction", tx.toString());
            tx.afterRollback(() -> {
                throw new IllegalStateException("hook with " + PASSWORD);
            });
            tx.afterCommit(() -> {
                throw new IllegalStateException("hook with " + PASSWORD);
            });
            return tx.update("set", "UPDATE t SET a = 1");
        }));
        quietly(() -> {
            try (Connection connection = database.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("SELECT 1");
                connection.commit();
            }
        });
        quietly(() -> database.checkHealth());
        database.dataSource().evictAll();
        quietly(() -> database.query("again", "SELECT 1").one(Integer.class));
    }

    @Test
    void nothingThatRunsShowsIt() throws Exception {
        List<PoolEvent> events = new CopyOnWriteArrayList<>();
        List<String> threads = new CopyOnWriteArrayList<>();
        List<FakeDriver> drivers = new ArrayList<>();
        var builder = DatabaseManager.builder()
                .database(config(pool(
                                "default",
                                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?sslpassword=" + ENCODED)
                        .credentials(() -> Credentials.of("app", PASSWORD))))
                .database(config(pool(
                                "wrong",
                                "jdbc:postgresql://other:" + ENCODED + "@127.0.0.1:" + server.port() + "/postgres")
                        .username("other")))
                .database(config(pool("dead", "jdbc:postgresql://127.0.0.1:1/postgres?password=" + ENCODED)
                        .driverProperty("sslpassword", PASSWORD)))
                .database(config(pool("vault", "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres")
                        .credentials(() -> {
                            throw new IllegalStateException("vault: " + PASSWORD, Canary.thrown());
                        })));
        for (var operation : FakeOperation.values()) {
            var driver = FakeDriver.create();
            drivers.add(driver);
            driver.on(operation, FakeBehavior.fail(() -> {
                threads.add(Thread.currentThread().getName());
                return Canary.thrown();
            }));
            builder.database(config(pool(operation.name(), driver.url()).driverProperty("apiToken", PASSWORD)));
        }
        try (var manager = builder.open();
                var http = WellheadServer.start(
                        manager, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5)), "local")) {
            for (var database : manager.databases()) {
                database.dataSource().addListener(events::add);
                database.dataSource().addListener(event -> {
                    throw new IllegalStateException("listener with " + PASSWORD, Canary.thrown());
                });
                use(database);
            }
            await().until(() -> events.stream().anyMatch(PoolEvent.OpenFailed.class::isInstance)
                    && events.stream().anyMatch(PoolEvent.Failed.class::isInstance));
            for (var route : ROUTES) {
                Canary.assertNotIn(route, WellheadProcess.body(http.uri().resolve(route)));
            }
            assertThat(WellheadProcess.body(http.uri().resolve("/health"))).contains("\"healthy\":true");
            Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
            Canary.assertNotIn("JMX", jmx());
            for (var database : manager.databases()) {
                shown(database).forEach(one -> Canary.assertNotIn(one.getClass().getName(), one.toString()));
            }
            Canary.assertNotIn("the databases", manager.databases().toString());
        }
        events.forEach(event -> Canary.assertNotIn(event.getClass().getName(), event.toString()));
        threads.forEach(name -> Canary.assertNotIn("the name of a thread", name));
        assertThat(threads).hasSizeGreaterThan(10);
        drivers.forEach(FakeDriver::close);
        canary.assertLogsClean();
        assertThat(canary.traces()).as("events with an exception").isGreaterThan(20);
    }

    private static List<Object> shown(Database database) {
        var data = database.dataSource();
        List<Object> all = new ArrayList<>(List.of(
                database,
                database.config(),
                database.config().pool(),
                database.config().pool().toBuilder(),
                database.config().pool().shownUrl(),
                database.health(),
                database.counters(),
                database.breaker(),
                database.snapshot(),
                database.leases(),
                data,
                data.leakSites(),
                data.hosts(),
                data.lane("default"),
                data.readOnly()));
        all.add(Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class)));
        all.add(database.reconfigure(
                config(database.config().pool().toBuilder().maxSize(2).driverProperty("sslpassword", PASSWORD + "2"))));
        return all;
    }

    /** Every attribute of every bean of ours. */
    private static String jmx() throws Exception {
        var beans = ManagementFactory.getPlatformMBeanServer();
        var text = new StringBuilder();
        for (var name : beans.queryNames(new ObjectName("dev.wellhead:*"), null)) {
            text.append(name).append('\n');
            for (var attribute : beans.getMBeanInfo(name).getAttributes()) {
                text.append(attribute.getName())
                        .append('=')
                        .append(beans.getAttribute(name, attribute.getName()))
                        .append('\n');
            }
        }
        assertThat(text.toString()).contains("LastOpenFailure=", "name=OPEN", "****");
        return text.toString();
    }

    @Test
    void errorAsJsonDoesNotHoldIt() throws Exception {
        try (var driver = FakeDriver.create().on(FakeOperation.EXECUTE, FakeBehavior.fail(Canary::thrown));
                var manager = DatabaseManager.builder()
                        .database(config(pool("default", driver.url())))
                        .open()) {
            var failed =
                    Attempt.of(() -> manager.database().query("one", "SELECT 1").one(Integer.class));
            assertThat(failed).isInstanceOfSatisfying(Attempt.Failure.class, failure -> {
                var report = ErrorReport.of(failure.error());
                var json = Json.text(report.toMap());
                assertThat(json)
                        .contains("login of app with ****", "next: ****", "SUPPRESSED")
                        .hasSizeLessThan(64_000);
                Canary.assertNotIn("the report", json + report);
                Canary.assertNotIn("the answer of an API", Json.text(failure.toApiResponse()));
            });
        }
        canary.assertLogsClean();
    }

    @Test
    void serveShowsItNeitherAtItsStartNorOverHttpNorAtAReload() throws Exception {
        var environment = planted(Place.FILE, "app", server.port());
        try (var serve = WellheadProcess.start(folder, environment, "--verbose", "serve", "--port", "0")) {
            var uri = serve.awaitReady();
            for (var route : ROUTES) {
                Canary.assertNotIn(route, WellheadProcess.body(uri.resolve(route)));
            }
            var file = folder.resolve("wellhead.yaml");
            Files.writeString(file, Files.readString(file) + "pasword: \"" + PASSWORD + "\"\n");
            await().atMost(Duration.ofSeconds(30)).until(() -> serve.err().contains("configuration kept"));
            planted(Place.FILE, "other", server.port());
            await().atMost(Duration.ofSeconds(30)).until(() -> serve.err().contains("key=username"));
            serve.signal("TERM");
            serve.awaitExit();
            Canary.assertNotIn("stdout of serve", serve.out());
            Canary.assertNotIn("stderr of serve", serve.err());
        }
    }
}
