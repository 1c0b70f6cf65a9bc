// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bodies of the page of expectations, field by field, from a real server. */
class BodiesTest {

    private TestDatabase database;
    private DatabaseManager manager;
    private WellheadServer server;
    private Http http;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.shared().createDatabase();
        manager = Databases.open(Databases.config(Databases.pool("default", database.jdbcUrl() + "&sslpassword=canary")
                .idleTimeout(Duration.ofSeconds(45))
                .pooled(true)
                .build()));
        server = Databases.serve(manager);
        http = new Http(server);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        manager.close();
        database.close();
    }

    @Test
    void liveIsAlwaysLive() throws Exception {
        var answer = http.get("/health/live");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Http.fields(answer.json())).containsExactly("status", "timestamp");
        assertThat(answer.json().get("status").asText()).isEqualTo("live");
    }

    @Test
    void readyTellsOfTheWhole() throws Exception {
        var answer = http.get("/health/ready");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Http.fields(answer.json())).containsExactly("ready", "status", "timestamp", "out");
        assertThat(answer.json().get("ready").asBoolean()).isTrue();
        assertThat(answer.json().get("status").asText()).isEqualTo("healthy");
        assertThat(answer.json().get("out")).isEmpty();
    }

    @Test
    void healthHasItsFields() throws Exception {
        healthBody("/health");
    }

    @Test
    void healthOfDatabasesHasTheSameFields() throws Exception {
        healthBody("/health/db");
    }

    private void healthBody(String path) throws Exception {
        try (Connection held = manager.database().dataSource().getConnection()) {
            var answer = http.get(path);
            JsonNode body = answer.json();

            assertThat(held.isClosed()).isFalse();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.contentType()).isEqualTo("application/json");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
            assertThat(Http.fields(body)).containsExactly("status", "timestamp", "responseTime", "database", "details");
            assertThat(body.get("status").asText()).isEqualTo("healthy");
            assertRecent(body.get("timestamp"));
            assertThat(body.get("responseTime").isIntegralNumber()).isTrue();
            assertDatabasePart(body.get("database"));
            assertThat(Http.fields(body.get("details"))).containsExactly("default", "connectionPool");
            var detail = body.get("details").get("default");
            assertThat(Http.fields(detail)).containsExactly("status", "responseTime", "lastCheck");
            assertThat(detail.get("status").asText()).isEqualTo("healthy");
            assertThat(detail.get("responseTime")).isEqualTo(body.get("responseTime"));
            assertRecent(detail.get("lastCheck"));
            assertPool(body.get("details").get("connectionPool"));
        }
    }

    private static void assertDatabasePart(JsonNode part) {
        assertThat(Http.fields(part))
                .containsExactly(
                        "healthy",
                        "totalConnections",
                        "idleConnections",
                        "activeConnections",
                        "waitingRequests",
                        "maxConnections",
                        "utilizationPercent",
                        "latencyMs");
        assertThat(part.get("healthy").isBoolean()).isTrue();
        assertThat(part.get("healthy").asBoolean()).isTrue();
        assertThat(part.get("totalConnections").asInt()).isBetween(1, 4);
        assertThat(part.get("activeConnections").asInt()).isEqualTo(1);
        assertThat(part.get("waitingRequests").asInt()).isZero();
        assertThat(part.get("maxConnections").asInt()).isEqualTo(4);
        assertThat(part.get("utilizationPercent").asDouble()).isEqualTo(25.0);
        assertThat(part.get("latencyMs").isIntegralNumber()).isTrue();
    }

    private static void assertPool(JsonNode pool) {
        assertThat(Http.fields(pool))
                .containsExactly("total", "idle", "active", "waiting", "max", "utilizationPercent", "breaker");
        assertBreakerClosed(pool.get("breaker"));
        assertThat(pool.get("active").asInt()).isEqualTo(1);
        assertThat(pool.get("max").asInt()).isEqualTo(4);
        assertThat(pool.get("utilizationPercent").asDouble()).isEqualTo(25.0);
    }

    private static void assertBreakerClosed(JsonNode breaker) {
        assertThat(Http.fields(breaker)).containsExactly("state", "since");
        assertThat(breaker.get("state").asText()).isEqualTo("closed");
        assertRecent(breaker.get("since"));
    }

    @Test
    void utilizationIsWrittenWithTwoDecimals() throws Exception {
        try (Connection held = manager.database().dataSource().getConnection()) {
            assertThat(held.isClosed()).isFalse();
            assertThat(http.get("/health").raw().body()).contains("\"utilizationPercent\":25.00");
        }
    }

    @Test
    void apiHealthHasItsFields() throws Exception {
        var answer = http.get("/api/health");
        JsonNode body = answer.json();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Http.fields(body)).containsExactly("success", "health");
        assertThat(body.get("success").asBoolean()).isTrue();
        var health = body.get("health");
        assertThat(Http.fields(health))
                .containsExactly(
                        "timestamp",
                        "database",
                        "environment",
                        "isCloudflareWorkers",
                        "hyperdriveEnabled",
                        "connectionStats",
                        "latency",
                        "recommendations");
        assertRecent(health.get("timestamp"));
        assertThat(health.get("database").asText()).isEqualTo("healthy");
        assertThat(health.get("environment").asText()).isEqualTo("local");
        assertThat(health.get("isCloudflareWorkers").isBoolean()).isTrue();
        assertThat(health.get("isCloudflareWorkers").asBoolean()).isFalse();
        assertThat(health.get("hyperdriveEnabled").asBoolean()).isTrue();
        assertThat(health.get("latency").isIntegralNumber()).isTrue();
        assertThat(health.get("recommendations").isArray()).isTrue();
        assertThat(health.get("recommendations")).isEmpty();
        var stats = health.get("connectionStats");
        assertThat(Http.fields(stats))
                .containsExactly("totalConnections", "healthyConnections", "avgLatency", "connectionKeys");
        assertThat(stats.get("totalConnections").asInt()).isPositive();
        assertThat(stats.get("healthyConnections").asInt()).isPositive();
        assertThat(stats.get("avgLatency").isNumber()).isTrue();
        assertThat(stats.get("connectionKeys")).hasSize(1);
        assertThat(stats.get("connectionKeys").get(0).asText())
                .isEqualTo(PostgresServer.shared().urlWithoutUser(database.name()));
    }

    @Test
    void databaseMetricsHaveTheirFields() throws Exception {
        manager.database()
                .query("one", connection -> connection.createStatement().execute("SELECT 1"));
        var answer = http.get("/api/metrics/db");
        JsonNode body = answer.json();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Http.fields(body)).startsWith("timestamp", "pool", "performance", "config");
        assertRecent(body.get("timestamp"));
        assertThat(Http.fields(body.get("pool")))
                .containsExactly("total", "idle", "active", "waiting", "max", "utilizationPercent");
        assertThat(Http.fields(body.get("performance"))).startsWith("latencyMs");
        assertThat(body.get("performance").get("latencyMs").isIntegralNumber()).isTrue();
        assertThat(body.get("performance").get("calls").asLong()).isEqualTo(1);
        assertThat(Http.fields(body.get("config")))
                .containsExactly("maxConnections", "idleTimeoutMs", "connectionTimeoutMs");
        assertThat(body.get("config").get("maxConnections").asInt()).isEqualTo(4);
        assertThat(body.get("config").get("idleTimeoutMs").asLong()).isEqualTo(45_000);
        assertThat(body.get("config").get("connectionTimeoutMs").asLong()).isEqualTo(300);
        assertBreakerClosed(body.get("breaker"));
        assertBreakerClosed(body.get("databases").get("default").get("breaker"));
        assertThat(body.get("databases").get("default").get("pool").get("max").asInt())
                .isEqualTo(4);
    }

    @Test
    void prometheusTextHasTheMetersOfThePool() throws Exception {
        manager.database()
                .query("one", connection -> connection.createStatement().execute("SELECT 1"));
        var answer = http.get("/metrics");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(answer.raw().body())
                .contains("wellhead_pool_max{pool=\"default\"} 4.0")
                .contains("wellhead_pool_connections{pool=\"default\",state=\"active\"} 0.0")
                .contains("wellhead_calls_total{database=\"default\",outcome=\"succeeded\"} 1.0")
                .contains("wellhead_pool_use_seconds_count{pool=\"default\"} 1")
                .doesNotContain("hikaricp");
    }

    @Test
    void headHasTheStatusWithoutBody() throws Exception {
        var answer = http.send("HEAD", "/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.raw().body()).isEmpty();
    }

    @Test
    void noBodyShowsASecret() throws Exception {
        for (var path : new String[] {"/health", "/health/db", "/health/ready", "/api/health", "/api/metrics/db"}) {
            assertThat(http.get(path).raw().body()).doesNotContain("canary");
        }
    }

    private static void assertRecent(JsonNode timestamp) {
        assertThat(timestamp.asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(Instant.parse(timestamp.asText())).isCloseTo(Instant.now(), within(10, ChronoUnit.SECONDS));
    }
}
