// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LoadCommandTest {
    @TempDir
    private Path folder;

    private final Map<String, String> environment =
            Map.of("DATABASE_URL", PostgresServer.shared().jdbcUrl());

    @Test
    void fiftyClientsOnTwentyConnectionsAllGetTheirAnswers() throws Exception {
        var run = CliRun.in(
                folder, environment, "load", "--clients", "50", "--queries", "100", "--pool-max", "20", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        var json = run.json();
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("queries", "errors", "errorsByKind", "queriesPerSecond", "latencyMs", "pool");
        assertThat(json.path("queries").asInt()).isEqualTo(5_000);
        assertThat(json.path("errors").asInt()).isZero();
        assertThat(json.path("queriesPerSecond").asDouble()).isPositive();
        var latency = json.path("latencyMs");
        assertThat(latency.path("p50").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(latency.path("p95").asDouble());
        assertThat(latency.path("p99").asDouble())
                .isLessThanOrEqualTo(latency.path("max").asDouble());
        assertThat(latency.path("mean").asDouble()).isPositive();
        var pool = json.path("pool");
        assertThat(pool.path("max").asInt()).isEqualTo(20);
        assertThat(pool.path("direct").asInt() + pool.path("waited").asInt()).isGreaterThanOrEqualTo(5_000);
        assertThat(pool.path("highestUtilizationPercent").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(100);
    }

    @Test
    void textNamesRateLatencyPoolAndUtilisation() {
        var run = CliRun.in(folder, environment, "load", "--clients", "4", "--queries", "25", "--think", "1ms");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "100 by 4 clients", "queries/s", "mean", "p50", "p95", "p99", "max", "utilisation", "highest");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void timeLimitEndsTheRunWhateverTheCount() throws Exception {
        var run = CliRun.in(
                folder,
                environment,
                "load",
                "--clients",
                "2",
                "--queries",
                "1",
                "--think",
                "1ms",
                "--for",
                "300ms",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("queries").asInt()).isGreaterThan(2);
    }

    @Test
    void noServerIsFourAndOneMessage() {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app@127.0.0.1:1/shop"),
                "load",
                "--set",
                "pool.start-retries=0");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("127.0.0.1:1").doesNotContain("\tat ");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void unknownDatabaseNameIsToldTheKnownOnes() {
        var run = CliRun.in(folder, environment, "load", "--database", "orders");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("orders", "default");
    }
}
