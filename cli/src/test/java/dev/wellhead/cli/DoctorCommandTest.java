// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.embedded.EmbeddedServerConfig;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DoctorCommandTest {
    @TempDir
    private Path folder;

    @Test
    void databaseThatIsGoodIsZeroWithEveryStepInOrder() throws Exception {
        var server = PostgresServer.shared();
        server.execute("DROP ROLE IF EXISTS doctor_app");
        server.execute("CREATE ROLE doctor_app LOGIN");
        var url = "postgresql://doctor_app@localhost:" + server.port() + "/postgres";
        var run = doctor(url, "--json");
        assertThat(run.code()).as(run.out()).isZero();
        var json = run.json();
        assertThat(json.path("ok").asBoolean()).isTrue();
        var database = json.path("databases").path(0);
        assertThat(database.path("name").asText()).isEqualTo("default");
        assertThat(database.path("reachable").asBoolean()).isTrue();
        assertThat(database.path("steps").findValuesAsText("step"))
                .containsExactly(
                        "names",
                        "tcp",
                        "tls",
                        "login",
                        "version",
                        "latency",
                        "clock",
                        "permissions",
                        "pooler",
                        "connections");
        assertThat(database.path("steps")).allSatisfy(step -> {
            assertThat(step.path("status").asText()).isEqualTo("ok");
            assertThat(step.path("elapsedMs").isNumber()).isTrue();
            assertThat(step.path("summary").asText()).isNotEmpty();
            assertThat(step.path("complaints")).isEmpty();
        });
        var host = fact(run, "names", "hosts").path(0);
        assertThat(host.path("lookUps").asInt()).isEqualTo(20);
        assertThat(host.path("addresses").path(0).asText()).isEqualTo("127.0.0.1");
        assertThat(host.path("p99Ms").asDouble())
                .isGreaterThanOrEqualTo(host.path("p50Ms").asDouble());
        assertThat(fact(run, "latency", "count").asInt()).isEqualTo(20);
        assertThat(fact(run, "version", "supported").asBoolean()).isTrue();
        assertThat(fact(run, "permissions", "superuser").asBoolean()).isFalse();
        assertThat(fact(run, "permissions", "createInSchema").asBoolean()).isFalse();
        assertThat(fact(run, "permissions", "seesOthersInActivity").asBoolean()).isFalse();
        assertThat(fact(run, "permissions", "statementTimeoutSettable").asBoolean())
                .isTrue();
        assertThat(fact(run, "pooler", "found").asText()).isEqualTo("nothing");
        assertThat(fact(run, "connections", "maxConnections").asInt()).isEqualTo(200);
        assertThat(fact(run, "connections", "available").asInt()).isEqualTo(197);
        assertThat(Math.abs(fact(run, "clock", "aheadSeconds").asDouble())).isLessThan(1);
        assertThat(doctor(url).out())
                .contains("database default: jdbc:postgresql://localhost", " as doctor_app", "1 database: no problem")
                .doesNotContain("FAIL", "warn");
    }

    @Test
    void portWhereNothingListensIsFourAndTheRestIsSkippedWithTheReason() throws Exception {
        var run = doctor("postgresql://app@127.0.0.1:1/shop", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(fact(run, "tcp", "connects").path(0).path("outcome").asText())
                .isEqualTo("refused");
        assertThat(complaint(run, "tcp")).contains("127.0.0.1:1 refuses", "nothing listens");
        assertThat(status(run, "login")).isEqualTo("skipped");
        assertThat(step(run, "login").path("summary").asText()).isEqualTo("no address can be connected to");
        var text = doctor("postgresql://app@127.0.0.1:1/shop");
        assertThat(text.out())
                .contains("FAIL", "problem: 127.0.0.1:1 refuses", "do: start the server", "skipped")
                .contains("tls, login, version, latency, clock, permissions, pooler, connections: no address");
        assertThat(text.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(122));
    }

    @Test
    void terminalShowsHowFarItIsAndIsWipedBeforeTheReport() {
        var environment = Map.of("DATABASE_URL", "postgresql://app@127.0.0.1:1/shop");
        var run = CliRun.typing("", folder, environment, "doctor", "--json");

        assertThat(run.err())
                .contains("]  10% default: names", "]  20% default: tcp", "] 100% default: connections")
                .endsWith(" \r");
        assertThat(CliRun.in(folder, environment, "doctor", "--json").err()).isEmpty();
        assertThat(CliRun.typing("", folder, environment, "config", "check", "--connect")
                        .err())
                .contains("] 100% default: ");
    }

    @Test
    void nameThatNobodyKnowsIsFour() throws Exception {
        var run = doctor("postgresql://app@no-such-host.invalid/shop", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(status(run, "names")).isEqualTo("fail");
        assertThat(complaint(run, "names")).contains("no-such-host.invalid");
        assertThat(status(run, "tcp")).isEqualTo("skipped");
    }

    @Test
    void oneOfTwoHostsThatIsDownIsAWarning() throws Exception {
        var server = PostgresServer.shared();
        var run = doctor(
                "postgresql://" + server.user() + "@127.0.0.1:1,127.0.0.1:" + server.port() + "/postgres", "--json");
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(status(run, "tcp")).isEqualTo("warn");
        assertThat(complaint(run, "tcp")).contains("127.0.0.1:1 refuses", "another address answers");
        assertThat(status(run, "login")).isEqualTo("ok");
    }

    @Test
    void serverThatSwallowsEverythingCostsItsLimitOnce() throws Exception {
        int limitMillis = 2_000;
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            proxy.all().blackHole();
            var url = "postgresql://app@127.0.0.1:" + proxy.port() + "/postgres";
            var run = doctor(url, "--json", "--set", "pool.connect-timeout=" + limitMillis + "ms");
            assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(status(run, "tcp")).isEqualTo("ok");
            assertThat(complaint(run, "tls")).contains("does not answer within 2000 ms");
            assertThat(status(run, "login")).isEqualTo("skipped");
            assertThat(steps(run)
                            .mapToDouble(step -> step.path("elapsedMs").asDouble())
                            .sum())
                    .isBetween(limitMillis * 0.99, limitMillis * 1.95);
        }
    }

    @Test
    void beforeTheLoginNothingButTheQuestionForTlsIsSent() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            var url = "postgresql://app:hunter2@127.0.0.1:" + proxy.port() + "/postgres?sslmode=require";
            var run = doctor(url, "--json");
            assertThat(run.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(complaint(run, "tls")).contains("tls.mode=require demands TLS");
            // Eight bytes by the look, eight by the login that the driver gives up.
            assertThat(proxy.forwardedBytes(Direction.TO_SERVER)).isEqualTo(16);
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void loginsThatAreRefusedAreToldApartAndShowNoSecret() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("app", "right");
            var at = "@127.0.0.1:" + server.port();
            var wrong = doctor("postgresql://app:hunter2" + at + "/postgres", "--json");
            assertThat(wrong.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(fact(wrong, "login", "sqlState").asText()).isEqualTo("28P01");
            assertThat(complaint(wrong, "login")).contains("password of user app");
            assertThat(wrong.out() + wrong.err()).doesNotContain("hunter2");

            var none = doctor("postgresql://app" + at + "/postgres", "--json");
            assertThat(complaint(none, "login")).contains("asks user app for a password and none is configured");

            var role = doctor("postgresql://nobody" + at + "/postgres", "--json");
            assertThat(fact(role, "login", "sqlState").asText()).isEqualTo("28000");
            assertThat(complaint(role, "login")).contains("role nobody");

            var database = doctor("postgresql://app:right" + at + "/nope", "--json");
            assertThat(fact(database, "login", "sqlState").asText()).isEqualTo("3D000");
            assertThat(complaint(database, "login")).contains("no such database", "nope");
            assertThat(database.code()).isEqualTo(ExitCode.PROBLEMS);
        }
    }

    @Test
    void somethingElseThanPostgresIsNamed() throws Exception {
        try (var other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> answerInHttp(other));
            thread.start();
            var run = doctor("postgresql://app@127.0.0.1:" + other.getLocalPort() + "/shop", "--json");
            other.close();
            thread.join();
            assertThat(run.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(complaint(run, "tls")).contains("does not speak PostgreSQL's protocol");
            assertThat(status(run, "login")).isEqualTo("skipped");
        }
    }

    private static void answerInHttp(ServerSocket server) {
        while (true) {
            try (var socket = server.accept()) {
                if (socket.getInputStream().readNBytes(8).length == 8) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException closed) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    @Test
    void poolsThatTogetherExceedTheServerAreAllNamed() throws Exception {
        var server = PostgresServer.shared();
        var at = "@127.0.0.1:" + server.port() + "/postgres";
        Files.writeString(
                folder.resolve("wellhead.yaml"),
                "databases:\n  orders:\n    url: postgresql://" + server.user() + at
                        + "\n    pool:\n      max-size: 150\n  stock:\n    url: postgresql://" + server.user() + at
                        + "\n    pool:\n      max-size: 60\n");
        var run = CliRun.in(folder, Map.of(), "doctor", "--json", "--database", "stock");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("databases")).hasSize(1);
        assertThat(complaint(run, "connections"))
                .contains("orders (150)", "stock (60)", "may open 210 connections and 2 for health", "admits 200");
        var both = CliRun.in(folder, Map.of(), "doctor", "--json");
        assertThat(both.json().path("databases")).hasSize(2);
        assertThat(complaint(both, "connections")).contains("orders (150)", "stock (60)");
    }

    @Test
    void limitsAndRightsOfTheRoleAreTold() throws Exception {
        var server = PostgresServer.shared();
        server.execute("DROP ROLE IF EXISTS doctor_limited");
        server.execute("CREATE ROLE doctor_limited LOGIN CONNECTION LIMIT 3");
        server.execute("ALTER ROLE doctor_limited SET default_transaction_read_only = on");
        server.execute("ALTER ROLE doctor_limited SET search_path = nowhere");
        var url = "postgresql://doctor_limited@127.0.0.1:" + server.port() + "/postgres";
        var run = doctor(url, "--json");
        assertThat(run.code()).isZero();
        assertThat(complaint(run, "connections")).contains("the role is limited to 3");
        assertThat(step(run, "permissions").path("complaints").findValuesAsText("key"))
                .containsExactly("pool.schema", "pool.read-only");
        var meant = doctor(url, "--json", "--set", "pool.read-only=true");
        assertThat(step(meant, "permissions").path("complaints").findValuesAsText("key"))
                .containsExactly("pool.schema");
    }

    @Test
    void superuserIsWarnedOf() throws Exception {
        var run = doctor(PostgresServer.shared().jdbcUrl(), "--json");
        assertThat(run.code()).isZero();
        assertThat(complaint(run, "permissions")).contains("is a superuser");
    }

    @Test
    void announcedBackendThatIsNotTheOneThatAnswersGivesAPoolerAway() throws Exception {
        try (var pooler = new PoolerStandIn(PostgresServer.shared().port())) {
            var url = "postgresql://" + PostgresServer.shared().user() + "@127.0.0.1:" + pooler.port() + "/postgres";
            var run = doctor(url, "--json", "--profile", "edge", "--set", "pool.max-size=250");
            assertThat(run.code()).as(run.out()).isZero();
            assertThat(fact(run, "pooler", "found").asText()).isEqualTo("pooler");
            assertThat(step(run, "pooler").path("details").toString()).contains("the login announced backend");
            // The server's own limit does not count behind a pooler.
            assertThat(status(run, "connections")).isEqualTo("ok");
        }
    }

    @Test
    void somethingThatOnlyForwardsIsNoPooler() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            var url = "postgresql://" + PostgresServer.shared().user() + "@127.0.0.1:" + proxy.port() + "/postgres";
            var run = doctor(url, "--json");
            assertThat(fact(run, "pooler", "found").asText()).isEqualTo("forwarder");
            assertThat(status(run, "pooler")).isEqualTo("ok");
        }
    }

    @Test
    void withoutADatabaseTheEmbeddedOneIsLookedAtIfItRuns() throws Exception {
        var nothing = CliRun.in(folder, Map.of(), "doctor");
        assertThat(nothing.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(nothing.err()).contains("no database is configured", "DATABASE_URL", "wellhead serve");
        assertThat(folder.resolve(".wellhead")).doesNotExist();
        try (var server = EmbeddedServer.start(
                EmbeddedServerConfig.builder(folder.resolve(".wellhead")).build())) {
            var run = CliRun.in(folder, Map.of(), "doctor", "--json");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.err()).contains("embedded PostgreSQL", String.valueOf(server.port()));
            // Its one login is meant to be the superuser.
            assertThat(status(run, "permissions")).isEqualTo("ok");
        }
    }

    @Test
    void nameThatIsNotConfiguredIsWrongUsageAndABadConfigurationIsThree() {
        var run = doctor("postgresql://app@127.0.0.1:1/shop", "--database", "orders");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--database=orders", "there is default");
        assertThat(doctor("nonsense://x:y:z").code()).isEqualTo(ExitCode.CONFIG_INVALID);
    }

    private CliRun doctor(String url, String... flags) {
        var arguments = Stream.concat(Stream.of("doctor"), Arrays.stream(flags)).toArray(String[]::new);
        return CliRun.in(folder, Map.of("DATABASE_URL", url), arguments);
    }

    private static Stream<JsonNode> steps(CliRun run) throws Exception {
        var steps = run.json().path("databases").path(0).path("steps");
        return StreamSupport.stream(steps.spliterator(), false);
    }

    private static JsonNode step(CliRun run, String name) throws Exception {
        return steps(run)
                .filter(step -> step.path("step").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is missing: " + run.out() + run.err()));
    }

    private static String status(CliRun run, String step) throws Exception {
        return step(run, step).path("status").asText();
    }

    private static JsonNode fact(CliRun run, String step, String name) throws Exception {
        return step(run, step).path("facts").path(name);
    }

    private static String complaint(CliRun run, String step) throws Exception {
        var complaint = step(run, step).path("complaints").path(0);
        assertThat(complaint.path("mend").asText()).as(run.out()).isNotEmpty();
        return complaint.path("problem").asText();
    }
}
