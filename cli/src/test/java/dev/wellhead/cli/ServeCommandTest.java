// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.testkit.PostgresServer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class ServeCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signalDrainsAndEndsWithZeroAndStopsTheEmbeddedServerLast(String signal) throws Exception {
        try (var serve = WellheadProcess.start(folder, Map.of(), "serve", "--port", "0")) {
            var uri = serve.awaitReady();
            assertThat(uri.getHost()).isEqualTo("127.0.0.1");
            assertThat(WellheadProcess.status(uri.resolve("/health/ready"))).isEqualTo(200);
            assertThat(WellheadProcess.status(uri.resolve("/health"))).isEqualTo(200);
            assertThat(serve.err())
                    .contains(
                            "No database is configured",
                            "configuration loaded databases=default profile=local reason=",
                            folder.resolve(".wellhead").toString());
            var server = running().orElseThrow();
            assertThat(server.ownerPid()).isEqualTo(serve.pid());

            serve.signal(signal);
            assertThat(serve.awaitExit()).as(serve.err()).isZero();
            assertThat(serve.out().lines()).containsExactly("ready " + uri);
            assertThat(serve.err()).doesNotContain("ERROR", "\tat ").contains("drained");
            assertThat(running()).isEmpty();
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), server.port()).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void secondServeIsRefusedWhileLoadAndHealthUseTheFirstOnesServer() throws Exception {
        try (var serve = WellheadProcess.start(folder, Map.of(), "serve", "--port", "0")) {
            var uri = serve.awaitReady();
            var port = Integer.toString(running().orElseThrow().port());

            var second = CliRun.in(folder, Map.of(), "serve", "--port", "0");
            assertThat(second.code()).isEqualTo(ExitCode.FAILED);
            assertThat(second.err()).contains("in use by another process", port).doesNotContain("\tat ");

            var load = CliRun.in(folder, Map.of(), "load", "--clients", "4", "--queries", "5", "--json");
            assertThat(load.code()).as(load.err()).isZero();
            assertThat(load.json().path("queries").asInt()).isEqualTo(20);
            assertThat(load.err()).contains("process " + serve.pid(), port);

            var health = CliRun.in(folder, Map.of(), "health", "--json");
            assertThat(health.code()).as(health.err()).isZero();
            assertThat(health.json().path("databases").path(0).path("verdict").asText())
                    .isEqualTo("HEALTHY");

            var asked = CliRun.in(folder, Map.of(), "health", "--server", uri.toString());
            assertThat(asked.code()).as(asked.err()).isZero();
            assertThat(asked.out()).contains("healthy", "connections", "pool", "breaker     default: closed since ");

            serve.signal("KILL");
            serve.awaitExit();
            var gone = CliRun.in(folder, Map.of(), "health", "--server", uri.toString());
            assertThat(gone.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(gone.err()).contains(uri.toString(), "wellhead serve");
        }
        // A killed process leaves its server; the next start ends it and recovers the data.
        try (var again = WellheadProcess.start(folder, Map.of(), "serve", "--port", "0")) {
            again.awaitReady();
            again.signal("TERM");
            assertThat(again.awaitExit()).as(again.err()).isZero();
        }
    }

    @Test
    void portTakenIsOneMessageAndLeavesNoServerBehind() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            var run = CliRun.in(folder, Map.of(), "serve", "--port", port);
            assertThat(run.code()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).contains(port, "--port").doesNotContain("\tat ");
            assertThat(run.out()).isEmpty();
            assertThat(running()).isEmpty();
        }
    }

    @Test
    void portFromTheEnvironmentIsUsedAndTheFlagWins() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var database = PostgresServer.shared().createDatabase()) {
            var environment =
                    Map.of("DATABASE_URL", database.jdbcUrl(), "PORT", Integer.toString(taken.getLocalPort()));
            assertThat(CliRun.in(folder, environment, "serve").err()).contains("port=" + taken.getLocalPort());
            try (var serve = WellheadProcess.start(folder, environment, "serve", "--port", "0")) {
                serve.awaitReady();
                serve.signal("TERM");
                assertThat(serve.awaitExit()).as(serve.err()).isZero();
                assertThat(folder.resolve(".wellhead")).doesNotExist();
            }
        }
    }

    @Test
    void unreachableDatabaseEndsTheStartWithFour() {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app:hunter2@127.0.0.1:1/shop"),
                "serve",
                "--set",
                "pool.start-retries=1",
                "--set",
                "pool.start-retry-delay=10ms");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("2 attempts", "127.0.0.1:1").doesNotContain("\tat ", "hunter2");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void wrongPasswordAndUnknownDatabaseEndTheStartWithFour() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("app", "right");
            var url = "postgresql://app:wrong-hunter2@127.0.0.1:" + server.port() + "/postgres";
            var wrong = CliRun.in(folder, Map.of("DATABASE_URL", url), "serve", "--set", "pool.start-retries=0");
            assertThat(wrong.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(wrong.err()).contains("password authentication failed").doesNotContain("hunter2", "\tat ");
        }
        var unknown = PostgresServer.shared().jdbcUrl("no_such_database");
        var run = CliRun.in(folder, Map.of("DATABASE_URL", unknown), "serve", "--set", "pool.start-retries=0");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("no_such_database");
    }

    @Test
    void signalDuringTheStartEndsItSoon() throws Exception {
        // Accepts and never answers: the start waits for it.
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var environment = Map.of(
                    "DATABASE_URL", "postgresql://app@127.0.0.1:" + silent.getLocalPort() + "/shop?sslmode=disable");
            try (var serve = WellheadProcess.start(folder, environment, "serve", "--port", "0")) {
                silent.accept();
                serve.signal("TERM");
                await().until(() -> ProcessHandle.of(serve.pid())
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
                assertThat(serve.awaitExit()).as(serve.err()).isZero();
                assertThat(serve.out()).isEmpty();
                assertThat(serve.err()).doesNotContain("wellhead: ", "\tat ");
            }
        }
    }

    @Test
    void flagsAreRefusedAsTheUserSpelledThem() {
        var port = CliRun.in(folder, Map.of(), "serve", "--port", "70000");
        assertThat(port.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(port.err()).contains("flag --port", "must be from 0 to 65535");
        var bind = CliRun.in(folder, Map.of(), "serve", "--bind", "");
        assertThat(bind.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(bind.err()).contains("flag --bind", "must not be empty", "127.0.0.1");
        var environment = CliRun.in(folder, Map.of("PORT", "abc"), "serve");
        assertThat(environment.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(environment.err()).contains("environment PORT", "must be a whole number from 0 to 65535");
    }

    private Optional<dev.wellhead.embedded.RunningServer> running() {
        return EmbeddedServer.findRunning(folder.resolve(".wellhead"));
    }
}
