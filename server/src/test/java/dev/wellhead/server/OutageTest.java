// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.database.Attempt;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What monitors read while a real PostgreSQL is killed, frozen, and back. */
class OutageTest {

    /** Patience of the watch, and a little for a busy machine. */
    private static final Duration ANSWERED = HealthWatch.PATIENCE.plusSeconds(1);

    private static final Duration NOTICED = Duration.ofSeconds(10);

    private PostgresServer postgres;
    private DatabaseManager manager;
    private WellheadServer server;
    private Http http;

    @BeforeEach
    void start() throws Exception {
        postgres = PostgresServer.start();
        manager = Databases.open(Databases.config("default", postgres.jdbcUrl()));
        server = Databases.serve(manager);
        http = new Http(server);
        assertThat(http.status("/health/ready")).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        server.close();
        manager.close();
        postgres.close();
    }

    @Test
    void killedDatabaseIsUnhealthyUntilItIsBack() throws Exception {
        postgres.kill();

        within(NOTICED, () -> http.status("/health/ready") == 503);
        var health = http.get("/health");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.took()).isLessThan(ANSWERED);
        assertThat(health.json().get("status").asText()).isEqualTo("unhealthy");
        assertThat(health.json().get("database").get("healthy").asBoolean()).isFalse();
        assertThat(health.json().get("database").get("error").asText()).isNotBlank();
        assertThat(health.json().get("details").get("default").get("status").asText())
                .isEqualTo("unhealthy");
        assertThat(health.json().get("details").get("default").get("error").asText())
                .isNotBlank();
        var api = http.get("/api/health");
        assertThat(api.status()).isEqualTo(503);
        assertThat(api.json().get("success").asBoolean()).isFalse();
        assertThat(api.json().get("health").get("database").asText()).isEqualTo("unhealthy");
        assertThat(api.json().get("health").get("recommendations")).isNotEmpty();
        assertThat(http.get("/health/ready").json().get("out").get(0).asText()).isEqualTo("default");
        assertThat(http.status("/health/live")).isEqualTo(200);
        assertThat(http.status("/api/metrics/db")).isEqualTo(200);
        assertThat(http.get("/metrics").raw().body()).contains("wellhead_pool_max");

        postgres.restart();

        within(NOTICED, () -> http.status("/health/ready") == 200);
        assertThat(http.get("/health").json().get("status").asText()).isEqualTo("healthy");
    }

    @Test
    void openBreakerIsShownWithItsReasonUntilTheDatabaseIsBack() throws Exception {
        var database = manager.database();
        var before = Instant.now();
        postgres.kill();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            var unused = Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class));
            return database.breaker().isOpen();
        });

        assertBreakerOpen(
                http.get("/health").json().get("details").get("connectionPool").get("breaker"), before);
        var metrics = http.get("/api/metrics/db").json();
        assertBreakerOpen(metrics.get("breaker"), before);
        assertBreakerOpen(metrics.get("databases").get("default").get("breaker"), before);
        var scraped = http.get("/metrics").raw().body();
        assertThat(scraped)
                .containsPattern("wellhead_breaker_state\\{database=\"default\",state=\"(open|half_open)\"} 1\\.0")
                .contains("wellhead_breaker_state{database=\"default\",state=\"closed\"} 0.0")
                .contains("wellhead_breaker_opened_total{database=\"default\"} 1.0");

        postgres.restart();

        within(NOTICED, () -> !database.breaker().isOpen());
        var closed =
                http.get("/health").json().get("details").get("connectionPool").get("breaker");
        assertThat(Http.fields(closed)).containsExactly("state", "since");
        assertThat(closed.get("state").asText()).isEqualTo("closed");
    }

    private static void assertBreakerOpen(JsonNode breaker, Instant before) {
        assertThat(Http.fields(breaker)).containsExactly("state", "since", "reason", "retryAfterMs");
        assertThat(breaker.get("state").asText()).isIn("open", "half_open");
        assertThat(Instant.parse(breaker.get("since").asText())).isBetween(before.minusMillis(1), Instant.now());
        assertThat(breaker.get("reason").asText()).isEqualTo("DATABASE_DOWN");
        assertThat(breaker.get("retryAfterMs").asLong()).isEqualTo(1_000);
    }

    @Test
    void frozenDatabaseNeverHoldsAnAnswer() throws Exception {
        postgres.freeze();

        await().atMost(NOTICED).until(() -> {
            assertThat(http.get("/health/live").took()).isLessThan(ANSWERED);
            assertThat(http.get("/api/metrics/db").took()).isLessThan(ANSWERED);
            assertThat(http.get("/metrics").took()).isLessThan(ANSWERED);
            assertThat(http.get("/api/health").took()).isLessThan(ANSWERED);
            assertThat(http.get("/health").took()).isLessThan(ANSWERED);
            var ready = http.get("/health/ready");
            assertThat(ready.took()).isLessThan(ANSWERED);
            return ready.status() == 503;
        });
        // Once noticed, it stays so while the next checks are under way.
        for (int request = 0; request < 50; request++) {
            assertThat(http.status("/health/ready")).isEqualTo(503);
        }

        postgres.thaw();

        within(NOTICED, () -> http.status("/health/ready") == 200);
    }

    @Test
    void manyRequestsToAFrozenDatabaseAreAnsweredTogether() throws Exception {
        postgres.freeze();
        var clients = Executors.newFixedThreadPool(60);
        try {
            List<Future<Http.Answer>> answers = new ArrayList<>();
            for (int client = 0; client < 60; client++) {
                answers.add(clients.submit(() -> http.get("/health")));
            }
            for (var answer : answers) {
                // Those that found all threads taken begin when the first are answered.
                assertThat(answer.get().took()).isLessThan(ANSWERED.plus(HealthWatch.PATIENCE));
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static void within(Duration limit, Callable<Boolean> condition) {
        await().atMost(limit).pollInterval(Duration.ofMillis(50)).until(condition);
    }
}
