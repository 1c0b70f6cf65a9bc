// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of a process that serves, changed under it. */
@Timeout(180)
class ReloadTest {

    /** A look each second and what it takes to settle, on a machine that is busy. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private TestDatabase database;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.shared().createDatabase();
    }

    @AfterEach
    void drop() throws SQLException {
        database.close();
    }

    @Test
    void signalAppliesWhatCanChangeAndNamesWhatTakesRestart() throws Exception {
        yaml("pool.max-size: 4\npool.min-idle: 1\npool.leak-threshold: 60s\n");
        try (var serve = serve()) {
            var uri = serve.awaitReady();
            assertThat(maxSize(uri, "default")).isEqualTo(4);

            hangUp(serve, "configuration unchanged");
            assertThat(serve.err()).doesNotContain("configuration reloaded", "needs-restart");

            yaml("pool.max-size: 9\npool.min-idle: 1\npool.leak-threshold: 30s\npool.schema: other\nserver.port: 1\n");
            hangUp(serve, "configuration reloaded changed=3 applied=2 needs-restart=1");
            assertThat(maxSize(uri, "default")).isEqualTo(9);
            assertThat(serve.err())
                    .contains(
                            "configuration changed key=pool.max-size before=4 after=9 origin=wellhead.yaml:2 effect=applied",
                            "configuration changed key=pool.leak-threshold before=1m after=30s origin=wellhead.yaml:4"
                                    + " effect=applied",
                            "configuration changed key=pool.schema before=- after=other origin=wellhead.yaml:5"
                                    + " effect=needs-restart");

            hangUp(serve, "configuration unchanged needs-restart=pool.schema");
            assertThat(stop(serve)).isZero();
        }
    }

    @Test
    void operatorChangesSettingsOverHttpAndAReloadKeepsThem() throws Exception {
        yaml("pool.max-size: 4\npool.min-idle: 1\nserver.admin-token: 0123456789abcdef\n");
        try (var serve = serve()) {
            var uri = serve.awaitReady();

            var done = reconfigure(uri, "{\"pool.max-size\":9,\"pool.schema\":\"other\"}");
            assertThat(done.statusCode()).isEqualTo(200);
            assertThat(done.body())
                    .contains("\"result\":{\"applied\":[\"pool.max-size\"],\"needsRestart\":[\"pool.schema\"]}");
            assertThat(maxSize(uri, "default")).isEqualTo(9);
            assertThat(serve.err())
                    .contains(
                            "configuration changed key=pool.max-size before=4 after=9 origin=admin effect=applied",
                            "admin action pool=default action=reconfigure by=127.0.0.1 result=done");

            var bad = reconfigure(uri, "{\"pool.max-size\":\"many\",\"pool.min-idel\":1}");
            assertThat(bad.statusCode()).isEqualTo(422);
            assertThat(bad.body()).contains("admin: pool.max-size=many: must be", "did you mean pool.min-idle?");
            assertThat(reconfigure(uri, "{\"server.port\":1}").statusCode()).isEqualTo(422);
            assertThat(maxSize(uri, "default")).isEqualTo(9);

            yaml("pool.max-size: 5\npool.min-idle: 2\nserver.admin-token: 0123456789abcdef\n");
            hangUp(serve, "key=pool.min-idle before=1 after=2");
            assertThat(maxSize(uri, "default")).isEqualTo(9);
            assertThat(stop(serve)).isZero();
        }
    }

    private static HttpResponse<String> reconfigure(URI uri, String settings) throws Exception {
        var request = HttpRequest.newBuilder(uri.resolve("/api/admin/reconfigure"))
                .header("Authorization", "Bearer 0123456789abcdef")
                .header("Content-Type", "application/json")
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString("{\"database\":\"default\",\"settings\":" + settings + "}"))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void changeOfTheFileIsSeenHoweverItIsMade() throws Exception {
        var file = yaml("pool.max-size: 4\npool.min-idle: 1\n");
        try (var serve = serve()) {
            var uri = serve.awaitReady();

            yaml("pool.max-size: 5\npool.min-idle: 1\n");
            awaitMaxSize(uri, 5);

            var beside = folder.resolve("wellhead.yaml.new");
            Files.writeString(beside, text("pool.max-size: 6\npool.min-idle: 1\n"));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            awaitMaxSize(uri, 6);

            // As Kubernetes does with a ConfigMap: file -> ..data/file, ..data -> folder of one version.
            version("..v7", "pool.max-size: 7\npool.min-idle: 1\n");
            Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v7"));
            Files.createSymbolicLink(beside, Path.of("..data", "wellhead.yaml"));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            awaitMaxSize(uri, 7);
            version("..v8", "pool.max-size: 8\npool.min-idle: 1\n");
            Files.createSymbolicLink(folder.resolve("..data.new"), Path.of("..v8"));
            Files.move(folder.resolve("..data.new"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            awaitMaxSize(uri, 8);

            // .env stands above the file.
            Files.writeString(folder.resolve(".env"), "WELLHEAD_POOL_MAX_SIZE=3\n");
            awaitMaxSize(uri, 3);
            awaitLine(serve, "key=pool.max-size before=8 after=3 origin=.env:1");
            assertThat(stop(serve)).isZero();
        }
    }

    @Test
    void brokenOrMissingFileChangesNothingAndItsMendCounts() throws Exception {
        var file = yaml("pool.max-size: 4\npool.min-idle: 1\n");
        try (var serve = serve()) {
            var uri = serve.awaitReady();

            yaml("pool.max-size: many\npool.min-idel: 1\npool.leak-threshold: 5\n");
            awaitLine(serve, "configuration kept problems=");
            assertThat(serve.err())
                    .contains("configuration problem wellhead.yaml:2: pool.max-size=many: must be")
                    .contains("configuration problem wellhead.yaml:3: ")
                    .contains("did you mean pool.min-idle?");
            assertThat(serve.isAlive()).isTrue();
            assertThat(maxSize(uri, "default")).isEqualTo(4);

            Files.delete(file);
            awaitLine(serve, "is not there any more; put it back");
            assertThat(maxSize(uri, "default")).isEqualTo(4);

            yaml("pool.max-size: 6\npool.min-idle: 1\n");
            awaitMaxSize(uri, 6);
            assertThat(stop(serve)).isZero();
        }
    }

    @Test
    void databasesThatAreAddedOpenAndThoseThatAreRemovedStay() throws Exception {
        yaml("pool.max-size: 4\npool.min-idle: 1\n");
        try (var other = PostgresServer.shared().createDatabase();
                var serve = serve()) {
            var uri = serve.awaitReady();
            var absent = other.jdbcUrl().replace(other.name(), "no_such_database");
            yaml("pool.max-size: 5\npool.min-idle: 1\ndatabases.good.url: " + other.jdbcUrl() + "\ndatabases.bad.url: "
                    + absent + "\ndatabases.bad.pool.start-retries: 0\n");
            awaitLine(serve, "configuration reloaded changed=3 applied=2 needs-restart=0 failed=1");
            assertThat(maxSize(uri, "default")).isEqualTo(5);
            assertThat(maxSize(uri, "good")).isPositive();
            assertThat(serve.err())
                    .contains("database added database=good effect=applied")
                    .containsPattern("database added database=bad effect=failed cause=\".*no_such_database.*\" fix=");
            assertThat(WellheadProcess.status(uri.resolve("/health/ready"))).isEqualTo(200);

            PostgresServer.shared().execute("CREATE DATABASE no_such_database");
            hangUp(serve, "database added database=bad effect=applied");
            assertThat(maxSize(uri, "bad")).isPositive();

            yaml("pool.max-size: 5\npool.min-idle: 1\n");
            awaitLine(serve, "database removed database=good effect=needs-restart");
            awaitLine(serve, "database removed database=bad effect=needs-restart");
            assertThat(maxSize(uri, "good")).isPositive();
            hangUp(serve, "configuration unchanged needs-restart=good,bad");
            assertThat(stop(serve)).isZero();
        } finally {
            PostgresServer.shared().execute("DROP DATABASE IF EXISTS no_such_database WITH (FORCE)");
        }
    }

    @Test
    void rotatedPasswordCountsForNewConnections() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("clerk", "canary-1");
            Files.writeString(folder.resolve("password"), "canary-1\n");
            Files.writeString(
                    folder.resolve("wellhead.yaml"),
                    "url: postgresql://clerk@127.0.0.1:" + server.port() + "/postgres?sslmode=disable\n"
                            + "password-file: password\npool.max-size: 3\npool.min-idle: 1\npool.max-lifetime: 3s\n"
                            + "pool.keepalive-interval: 1s\n");
            try (var serve = serve()) {
                var uri = serve.awaitReady();
                server.requirePassword("clerk", "canary-2");
                Files.writeString(folder.resolve("password"), "canary-2\n");
                awaitLine(
                        serve,
                        "configuration changed key=password value=changed origin=wellhead.yaml:2 effect=applied");
                var before = server.execute("SELECT max(backend_start) FROM pg_stat_activity WHERE usename = 'clerk'");
                await().atMost(LIMIT)
                        .until(() -> !server.execute(
                                        "SELECT max(backend_start) FROM pg_stat_activity WHERE usename = 'clerk'")
                                .equals(before));
                assertThat(WellheadProcess.status(uri.resolve("/health/ready"))).isEqualTo(200);
                assertThat(stop(serve)).isZero();
                assertThat(serve.err()).doesNotContain("canary");
            }
        }
    }

    @Test
    void passwordOfAnotherUserOrServerWaitsForTheRestartWithThem() throws Exception {
        var left = "key=password value=changed origin=wellhead.yaml:2 effect=needs-restart";
        try (var other = PostgresServer.shared().createDatabase()) {
            login(database, "postgres", "canary-1", 3);
            try (var serve = serve()) {
                serve.awaitReady();
                login(database, "somebody", "canary-2", 4);
                awaitLine(serve, "key=pool.max-size before=3 after=4");
                assertThat(count(serve, left)).as(serve.err()).isEqualTo(1);

                login(other, "postgres", "canary-3", 5);
                awaitLine(serve, "key=pool.max-size before=4 after=5");
                assertThat(count(serve, left)).as(serve.err()).isEqualTo(2);
                assertThat(serve.err()).doesNotContain("canary");
                assertThat(stop(serve)).isZero();
            }
        }
    }

    private void login(TestDatabase where, String user, String password, int maxSize) throws IOException {
        var url = where.jdbcUrl().replaceFirst("user=[^&]*", "user=" + user);
        Files.writeString(
                folder.resolve("wellhead.yaml"),
                "url: " + url + "\npassword: " + password + "\npool.max-size: " + maxSize + "\npool.min-idle: 1\n");
    }

    @Test
    void signalBeforeTheStartHasEndedDoesNotEndIt() throws Exception {
        // Accepts and never answers: the start waits for it.
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var environment = Map.of(
                    "DATABASE_URL", "postgresql://app@127.0.0.1:" + silent.getLocalPort() + "/shop?sslmode=disable");
            try (var serve = WellheadProcess.start(folder, environment, "serve", "--port", "0")) {
                silent.accept();
                serve.signal("HUP");
                silent.accept();
                assertThat(serve.isAlive()).isTrue();
                assertThat(stop(serve)).isZero();
            }
        }
    }

    @Test
    @Tag("needs-script")
    void closedTerminalEndsWhatWasStartedThereWhileAnOperatorsSignalDoesNot() throws Exception {
        var command = "'" + String.join("' '", WellheadProcess.command("serve", "--port", "0")) + "' > out 2> err";
        var terminal = new ProcessBuilder("script", "-q", "-c", command, "/dev/null")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(folder.resolve("out"))
                            && Files.readString(folder.resolve("out")).contains("ready "));
            var pid = EmbeddedServer.findRunning(folder.resolve(".wellhead"))
                    .orElseThrow()
                    .ownerPid();
            var serve = ProcessHandle.of(pid).orElseThrow();
            try {
                new ProcessBuilder("kill", "-HUP", Long.toString(pid)).start().waitFor();
                await().atMost(LIMIT)
                        .until(() -> Files.readString(folder.resolve("err")).contains("configuration unchanged"));
                terminal.destroyForcibly().waitFor();
                await().atMost(LIMIT).until(() -> !serve.isAlive());
                assertThat(folder.resolve("err")).content().contains("server drained", "embedded postgres stopped");
            } finally {
                serve.destroy();
            }
        } finally {
            terminal.destroyForcibly();
        }
    }

    @Test
    void embeddedServerIsKeptWhileItsPoolChanges() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool.max-size: 4\npool.min-idle: 1\n");
        try (var serve = serve()) {
            var uri = serve.awaitReady();
            Files.writeString(folder.resolve("wellhead.yaml"), "pool.max-size: 6\npool.min-idle: 1\n");
            awaitMaxSize(uri, 6);
            hangUp(serve, "configuration unchanged");
            assertThat(serve.err()).doesNotContain("effect=needs-restart", "database removed");
            assertThat(stop(serve)).isZero();
        }
    }

    private WellheadProcess serve() throws IOException {
        return WellheadProcess.start(folder, Map.of(), "serve", "--port", "0");
    }

    private static int stop(WellheadProcess serve) throws Exception {
        serve.signal("TERM");
        int code = serve.awaitExit();
        assertThat(serve.err()).doesNotContain("\tat ", "Exception");
        return code;
    }

    private Path yaml(String settings) throws IOException {
        return Files.writeString(folder.resolve("wellhead.yaml"), text(settings));
    }

    private String text(String settings) {
        return "url: " + database.jdbcUrl() + "\n" + settings;
    }

    private void version(String name, String settings) throws IOException {
        Files.createDirectory(folder.resolve(name));
        Files.writeString(folder.resolve(name).resolve("wellhead.yaml"), text(settings));
    }

    /** Asks for a reload and waits for one line more of that text. */
    private static void hangUp(WellheadProcess serve, String line) throws Exception {
        long before = count(serve, line);
        serve.signal("HUP");
        await(line).atMost(LIMIT).until(() -> !serve.isAlive() || count(serve, line) > before);
        assertThat(serve.isAlive()).as(serve.err()).isTrue();
    }

    private static long count(WellheadProcess serve, String text) {
        return serve.err().lines().filter(line -> line.contains(text)).count();
    }

    private static void awaitLine(WellheadProcess serve, String text) {
        await(text).atMost(LIMIT).until(() -> !serve.isAlive() || count(serve, text) > 0);
        assertThat(serve.err()).contains(text);
    }

    private static void awaitMaxSize(URI uri, int size) {
        await("max-size " + size).atMost(LIMIT).until(() -> maxSize(uri, "default") == size);
    }

    private static int maxSize(URI uri, String name) throws JsonProcessingException {
        return Json.read(WellheadProcess.body(uri.resolve("/api/metrics/db")))
                .path("databases")
                .path(name)
                .path("config")
                .path("maxConnections")
                .asInt();
    }
}
