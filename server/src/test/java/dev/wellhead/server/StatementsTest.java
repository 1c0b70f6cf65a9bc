// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Secret;
import dev.wellhead.sql.SqlFingerprint;
import dev.wellhead.testkit.PostgresServer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements and leases are shown, and to whom. */
class StatementsTest {

    private static final String TOKEN = "a-token-for-readers";

    private static PostgresServer postgres;
    private static DatabaseManager manager;
    private static WellheadServer server;

    @BeforeAll
    static void start() {
        postgres = PostgresServer.start();
        manager = Databases.open(Databases.config("orders", postgres.jdbcUrl()));
        server = Databases.serve(manager);
        var database = manager.database("orders");
        for (int i = 1; i <= 3; i++) {
            database.list("numbers", Integer.class, "SELECT n FROM generate_series(1, ?) n", i);
        }
        database.query("nap", "SELECT 1 FROM pg_sleep(0.3)").one(Integer.class);
        assertThatThrownBy(() -> database.list("none", String.class, "SELECT nothing"))
                .isInstanceOf(DatabaseException.class);
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
        postgres.close();
    }

    @Test
    void statementsAreShownByTheirShareOfTime() throws Exception {
        var body = new Http(server).get("/api/statements?database=orders").json();

        assertThat(Http.fields(body))
                .containsExactly("timestamp", "database", "statements", "dropped", "droppedCalls", "slow", "held");
        var first = body.path("statements").path(0);
        assertThat(first.path("text").asText()).isEqualTo("SELECT ? FROM pg_sleep(?)");
        assertThat(first.path("run").path("totalMs").asDouble()).isGreaterThan(300);
        assertThat(first.path("sharePercent").asDouble()).isBetween(1.0, 100.0);
        assertThat(body.path("held").findValuesAsText("work")).contains("numbers", "nap");
    }

    @Test
    void statementsAreSortedAndCutOnRequest() throws Exception {
        var http = new Http(server);

        var byRows = http.get("/api/statements?sort=rows&limit=1").json().path("statements");
        var byErrors = http.get("/api/statements?sort=errors").json().path("statements");

        assertThat(byRows).hasSize(1);
        assertThat(byRows.path(0).path("text").asText()).isEqualTo("SELECT n FROM generate_series(?, ?) n");
        assertThat(byRows.path(0).path("rows").asInt()).isEqualTo(6);
        assertThat(byErrors.path(0).path("errors").toString()).isEqualTo("{\"syntax\":1}");
    }

    @Test
    void planOfOneIsAskedOnRequest() throws Exception {
        var http = new Http(server);
        manager.database("orders").list("tables", String.class, "SELECT relname FROM pg_class WHERE relpages < ?", 0);

        var plan = http.get("/api/statements/plan?fingerprint="
                + SqlFingerprint.of("SELECT relname FROM pg_class WHERE relpages < ?")
                        .idText());
        // Which of several functions it is, the types of its values say.
        var unclear = http.get("/api/statements/plan?fingerprint="
                + SqlFingerprint.of("SELECT n FROM generate_series(1, ?) n").idText());

        assertThat(plan.status()).isEqualTo(200);
        assertThat(plan.json().path("plan").path(0).asText()).contains("Seq Scan on pg_catalog.pg_class");
        assertThat(unclear.status()).isEqualTo(422);
        assertThat(unclear.json().path("detail").asText()).contains("SQLSTATE 42725", "EXPLAIN it by hand");
    }

    @Test
    void leasesShowWhoHoldsWhat() throws Exception {
        try (var connection = manager.database("orders").dataSource().getConnection("report");
                var statement = connection.createStatement()) {
            statement.execute("SELECT 'secret'");

            var leases = new Http(server).get("/api/leases").json().path("leases");

            assertThat(leases).hasSize(1);
            assertThat(leases.path(0).path("operation").asText()).isEqualTo("report");
            assertThat(leases.path(0).path("sql").asText()).isEqualTo("SELECT ?");
            assertThat(leases.path(0).path("thread").asText())
                    .isEqualTo(Thread.currentThread().getName());
        }
        assertThat(new Http(server).get("/api/leases?database=orders").json().path("leases"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/statements?database=other|404|database must be one of [orders]",
                "/api/statements?sort=colour|400|sort must be one of [calls, errors, held, mean, p99, rows, run, waited]",
                "/api/statements?limit=0|400|limit must be a whole number from 1",
                "/api/statements?limit=x|400|limit must be a whole number from 1",
                "/api/statements/plan|400|fingerprint is missing: give that of a statement of /api/statements",
                "/api/statements/plan?fingerprint=drop|404|no fingerprint: give its 16 hexadecimal digits",
                "/api/leases?database=other|404|database must be one of [orders]"
            })
    void wrongParametersAreNamedWithTheirRule(String path, int status, String detail) throws Exception {
        var answer = new Http(server).get(path);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo(Problem.MEDIA_TYPE);
        assertThat(answer.json().path("detail").asText()).isEqualTo(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/statements",
                "/api/statements/plan",
                "/api/leases",
                "/api/alerts",
                "/api/advice",
                "/api/threads"
            })
    void withTokenOnlyThoseWhoSendItRead(String path) throws Exception {
        var config = new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), false, Secret.of(TOKEN));
        try (var guarded = WellheadServer.start(manager, config, "local")) {
            var without = new Http(guarded).get(path);
            assertThat(without.status()).isEqualTo(401);
            assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(status(guarded, path, "Bearer " + TOKEN + "x")).isEqualTo(401);
            assertThat(status(guarded, path, "Basic " + TOKEN)).isEqualTo(401);
            assertThat(status(guarded, path, "Bearer " + TOKEN)).isNotIn(401, 403);
            // What monitors read stays open.
            assertThat(new Http(guarded).status("/health")).isEqualTo(200);
            assertThat(new Http(guarded).status("/metrics")).isEqualTo(200);
        }
    }

    @Test
    void withoutTokenNothingIsShownOffLoopback() throws Exception {
        var config = new ServerConfig("0.0.0.0", 0, Duration.ofSeconds(5));
        try (var open = WellheadServer.start(manager, config, "local")) {
            var answer = new Http(open).get("/api/statements");

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().path("detail").asText()).contains("server.read-token");
            assertThat(new Http(open).status("/health")).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"localhost, 200", "127.0.0.1:8080, 200", "[::1]:8080, 200", "evil.example, 403", "'', 403"})
    void nameThatOnlyLeadsToLoopbackIsNotLetIn(String host, int status) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /api/leases HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(US_ASCII));

            var answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 " + (host.isEmpty() ? "4" : status));
        }
    }

    @Test
    void queryThatCannotBeReadIsRefusedAndDisturbsNothing() throws Exception {
        assertThat(raw("/api/leases?database=%zz")).startsWith("HTTP/1.1 400");
        assertThat(raw("/health?x=%zz")).startsWith("HTTP/1.1 200");
    }

    @Test
    void alertsAreShown() throws Exception {
        var body = new Http(server).get("/api/alerts").json();

        assertThat(Http.fields(body)).containsExactly("timestamp", "alerts", "past");
    }

    private static String raw(String target) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static int status(WellheadServer asked, String path, String authorization) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(asked.uri() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", authorization)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void adviceIsSilentWithoutDataAndRefusesAnUnknownDatabase() throws Exception {
        var http = new Http(server);

        var body = http.get("/api/advice").json();

        assertThat(Http.fields(body)).containsExactly("timestamp", "advice");
        assertThat(body.path("advice").isArray()).isTrue();
        assertThat(body.path("advice")).isEmpty();
        assertThat(http.status("/api/advice?database=nobody")).isEqualTo(404);
    }
}
