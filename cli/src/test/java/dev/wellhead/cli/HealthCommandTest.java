// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HealthCommandTest {
    @TempDir
    private Path folder;

    @Test
    void healthyDatabaseIsZeroWithStateConfigurationAndCounts() throws Exception {
        var environment = Map.of("DATABASE_URL", PostgresServer.shared().jdbcUrl());
        var run = CliRun.in(folder, environment, "health");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "default: healthy (HEALTHY)",
                        "latency",
                        "connections",
                        "pool",
                        "errors",
                        "breaker     closed since ");

        var json = CliRun.in(folder, environment, "health", "--json", "--set", "pool.max-size=7")
                .json();
        assertThat(json.path("healthy").asBoolean()).isTrue();
        var database = json.path("databases").path(0);
        assertThat(database.path("config").path("maxSize").asInt()).isEqualTo(7);
        assertThat(database.path("connections").has("active")).isTrue();
        assertThat(database.path("errors").path("calls").asInt()).isZero();
        assertThat(database.path("breaker").path("state").asText()).isEqualTo("closed");
        assertThat(database.path("recommendations").isArray()).isTrue();
    }

    @Test
    void unreachableDatabaseIsFourWithAdvice() throws Exception {
        var run = CliRun.in(folder, Map.of("DATABASE_URL", "postgresql://app@127.0.0.1:1/shop"), "health", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        var database = run.json().path("databases").path(0);
        assertThat(database.path("verdict").asText()).isEqualTo("DATABASE_DOWN");
        assertThat(database.path("recommendations")).isNotEmpty();
    }

    @Test
    void wrongPasswordIsFiveAndShowsNone() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("app", "right");
            var url = "postgresql://app:wrong-hunter2@127.0.0.1:" + server.port() + "/postgres";
            var run = CliRun.in(folder, Map.of("DATABASE_URL", url), "health");
            assertThat(run.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(run.out()).contains("unhealthy (AUTHENTICATION)");
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void nothingConfiguredAndNothingRunningSaysHowToStart() {
        var run = CliRun.in(folder, Map.of(), "health");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("DATABASE_URL", "wellhead serve");
        assertThat(folder.resolve(".wellhead")).doesNotExist();
    }

    @Test
    void serverThatIsNoUrlIsWrongUsage() {
        for (var url : List.of("localhost:8080", "127.0.0.1:8080", "localhost", "http://")) {
            var run = CliRun.of("health", "--server", url);
            assertThat(run.code()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("--server=" + url + ": must be a URL such as")
                    .doesNotContain("Exception");
        }
    }
}
