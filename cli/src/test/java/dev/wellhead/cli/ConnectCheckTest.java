// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConnectCheckTest {
    @TempDir
    private Path folder;

    @Test
    void whatFitsItsServerIsValidAndReachable() throws Exception {
        var run = check(PostgresServer.shared().jdbcUrl());
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.json().path("valid").asBoolean()).isTrue();
        assertThat(run.json().path("reachable").asBoolean()).isTrue();
        assertThat(run.json().path("problems")).isEmpty();
    }

    @Test
    void unreachableAloneIsFourAtThePlaceOfTheUrl() throws Exception {
        var run = check("postgresql://app@127.0.0.1:1/shop");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.json().path("valid").asBoolean()).isTrue();
        assertThat(run.json().path("reachable").asBoolean()).isFalse();
        var problem = run.json().path("problems").path(0);
        assertThat(problem.path("severity").asText()).isEqualTo("error");
        assertThat(problem.path("place").asText()).isEqualTo("environment DATABASE_URL");
        assertThat(problem.path("key").asText()).isEqualTo("url");
        assertThat(problem.path("rule").asText()).contains("127.0.0.1:1 refuses");
        assertThat(problem.path("fix").asText()).isNotEmpty();
    }

    @Test
    void wrongPasswordIsThreeAtThePlaceOfThePasswordAndShowsNone() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("app", "right");
            var run = CliRun.in(
                    folder,
                    Map.of(
                            "DATABASE_URL",
                            "postgresql://app@127.0.0.1:" + server.port() + "/postgres",
                            "DB_PASSWORD",
                            "hunter2"),
                    "config",
                    "check",
                    "--connect",
                    "--json");
            assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
            assertThat(run.json().path("valid").asBoolean()).isFalse();
            var problem = run.json().path("problems").path(0);
            assertThat(problem.path("place").asText()).isEqualTo("environment DB_PASSWORD");
            assertThat(problem.path("value").asText()).isEqualTo("****");
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void unknownDatabaseOfOneOfTwoIsThreeThoughTheOtherIsOnlyUnreachable() throws Exception {
        Files.writeString(
                folder.resolve("wellhead.yaml"),
                "databases:\n  orders:\n    url: postgresql://app@127.0.0.1:1/shop\n  stock:\n    url: postgresql://"
                        + PostgresServer.shared().user() + "@127.0.0.1:"
                        + PostgresServer.shared().port() + "/nope\n");
        var run = CliRun.in(folder, Map.of(), "config", "check", "--connect", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.json().path("problems").findValuesAsText("place"))
                .containsExactly("wellhead.yaml:3", "wellhead.yaml:5");
        assertThat(run.json().path("problems").findValuesAsText("key"))
                .containsExactly("databases.orders.url", "databases.stock.url");
    }

    @Test
    void tlsThatIsDemandedAndNotOfferedIsThree() throws Exception {
        var run = check(PostgresServer.shared().jdbcUrl() + "&sslmode=require");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(keyOfFirst(run)).isEqualTo("tls.mode");
    }

    @Test
    void sizesOfEdgeOnABareServerAreAWarningWithNumbersAndMend() throws Exception {
        try (var server = PostgresServer.builder().maxConnections(100).start()) {
            var run = check(server.jdbcUrl(), "--profile", "edge");
            assertThat(run.code()).as(run.out()).isZero();
            var problem = run.json().path("problems").path(0);
            assertThat(problem.path("severity").asText()).isEqualTo("warning");
            assertThat(problem.path("place").asText()).isEqualTo("profile edge");
            assertThat(problem.path("key").asText()).isEqualTo("pool.max-size");
            assertThat(problem.path("value").asText()).isEqualTo("100");
            assertThat(problem.path("rule").asText())
                    .contains("100 connections and 1 for health", "admits 100", "edge expects a pooler in between");
            assertThat(problem.path("fix").asText())
                    .contains(
                            "put a pooler in between",
                            "pool.max-size to at most 99",
                            "max_connections to at least 101");
        }
    }

    @Test
    void withAnErrorInTheTextNothingIsConnectedTo() throws Exception {
        var run = check("postgresql://app@127.0.0.1:1/shop", "--set", "pool.max-size=many");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.json().has("reachable")).isFalse();
        assertThat(run.json().path("problems").findValuesAsText("key")).containsExactly("pool.max-size");
    }

    @Test
    void withoutADatabaseItSaysThatNothingWasTried() {
        var run = CliRun.in(folder, Map.of(), "config", "check", "--connect");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("nothing to connect to");
    }

    private CliRun check(String url, String... flags) {
        var arguments = new ArrayList<>(List.of("config", "check", "--connect", "--json"));
        arguments.addAll(List.of(flags));
        return CliRun.in(folder, Map.of("DATABASE_URL", url), arguments.toArray(String[]::new));
    }

    private static String keyOfFirst(CliRun run) throws Exception {
        JsonNode problem = run.json().path("problems").path(0);
        return problem.path("key").asText();
    }
}
