// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All connections are held and callers wait. */
class SaturationTest {

    private final List<Connection> held = new ArrayList<>();
    private DatabaseManager manager;
    private WellheadServer server;
    private Http http;

    @BeforeEach
    void start() throws Exception {
        manager = Databases.open(Databases.config(
                Databases.pool("default", PostgresServer.shared().jdbcUrl())
                        .maxSize(2)
                        .acquireTimeout(Duration.ofSeconds(20))
                        .build()));
        var needy = new Route(
                "/needy", () -> Reply.json(200, manager.database().query("needy", Connection::getAutoCommit)));
        var bare = new Route("/bare", () -> {
            try (var connection = manager.database().dataSource().getConnection("bare", Duration.ZERO)) {
                return Reply.json(200, connection.getAutoCommit());
            }
        });
        server = WellheadServer.start(manager, Databases.ANY_PORT, "local", List.of(needy, bare));
        http = new Http(server);
        assertThat(http.status("/needy")).isEqualTo(200);
        for (int connection = 0; connection < 2; connection++) {
            held.add(manager.database().dataSource().getConnection("holder"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (var connection : held) {
            connection.close();
        }
        server.close();
        manager.close();
    }

    @Test
    void isReadyAndHealthy() throws Exception {
        var threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                waiting.add(CompletableFuture.runAsync(this::acquireAndRelease, threads));
            }
            await().until(() -> manager.database().snapshot().waiting() == 3);

            assertThat(http.status("/health/ready")).isEqualTo(200);
            var health = http.get("/health");
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.json().get("status").asText()).isEqualTo("healthy");
            assertThat(health.json().get("database").get("waitingRequests").asInt())
                    .isEqualTo(3);
            assertThat(health.json().get("database").get("utilizationPercent").asDouble())
                    .isEqualTo(100.0);
            assertThat(http.get("/metrics").raw().body()).contains("wellhead_pool_waiting{pool=\"default\"} 3.0");

            held.remove(0).close();
            for (var caller : waiting) {
                caller.join();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void acquireAndRelease() {
        try (var connection = manager.database().dataSource().getConnection("waiter")) {
            assertThat(connection.isClosed()).isFalse();
        } catch (SQLException refused) {
            throw new IllegalStateException(refused);
        }
    }

    @Test
    void aRouteThatNeedsAConnectionAnswersE2001() throws Exception {
        assertExhausted("/bare");
    }

    @Test
    void aDatabaseCallThatIsRefusedAnswersE2001() throws Exception {
        try (var small = Databases.open(
                Databases.config(Databases.pool("small", PostgresServer.shared().jdbcUrl())
                        .maxSize(1)
                        .acquireTimeout(Duration.ofMillis(50))
                        .build()))) {
            var route = new Route(
                    "/small", () -> Reply.json(200, small.database().query("small", Connection::getAutoCommit)));
            try (var other = WellheadServer.start(small, Databases.ANY_PORT, "local", List.of(route));
                    var only = small.database().dataSource().getConnection()) {
                assertThat(only.isClosed()).isFalse();
                var answer = new Http(other).get("/small");

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("Retry-After")).isEqualTo("1");
                assertThat(answer.json().get("code").asText()).isEqualTo("E2001");
            }
        }
    }

    private void assertExhausted(String path) throws Exception {
        var answer = http.get(path);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(Http.fields(answer.json()))
                .containsExactly("type", "title", "status", "detail", "instance", "code", "retryable");
        assertThat(answer.json().get("type").asText()).isEqualTo("urn:wellhead:error:E2001");
        assertThat(answer.json().get("code").asText()).isEqualTo("E2001");
        assertThat(answer.json().get("title").asText()).isEqualTo("Connection pool exhausted");
        assertThat(answer.json().get("status").asInt()).isEqualTo(503);
        assertThat(answer.json().get("instance").asText()).isEqualTo(path);
        assertThat(answer.json().get("retryable").asBoolean()).isTrue();
    }
}
