// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that serves tells a real HTTP server of a real fault and its end. */
@Timeout(180)
class AlertsServeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private final List<JsonNode> got = new CopyOnWriteArrayList<>();
    private final List<String> signed = new CopyOnWriteArrayList<>();
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            got.add(JSON.readTree(exchange.getRequestBody()));
            signed.add(String.valueOf(exchange.getRequestHeaders().getFirst("Wellhead-Signature")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private String hook() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook-canary";
    }

    private void yaml(PostgresServer database, String form) throws IOException {
        Files.writeString(folder.resolve("wellhead.yaml"), """
                url: %s
                server.port: 0
                health.interval: 1s
                health.limit: 1s
                alerts:
                  rules: CONNECTION_FAILURES=off,BREAKER_OPEN=off
                  webhook:
                    url: %s
                    form: %s
                    secret: canary-0123456789
                """.formatted(database.jdbcUrl(), hook(), form));
    }

    @Test
    void realFaultIsToldOnceAndItsEndOnceAndTheFormChangesByReload() throws Exception {
        try (var database = PostgresServer.start()) {
            yaml(database, "generic");
            try (var serve = WellheadProcess.start(folder, Map.of(), "serve")) {
                serve.awaitReady();
                database.kill();
                await().atMost(LIMIT).until(() -> states("DATABASE_UNHEALTHY").contains("firing"));
                database.restart();
                await().atMost(LIMIT).until(() -> states("DATABASE_UNHEALTHY").contains("resolved"));
                assertThat(states("DATABASE_UNHEALTHY")).containsExactly("firing", "resolved");
                assertThat(got)
                        .extracting(alert -> alert.path("alert").asText())
                        .doesNotContain("CONNECTION_FAILURES", "BREAKER_OPEN");
                assertThat(signed).allMatch(value -> value.matches("t=[0-9]+,v1=[0-9a-f]{64}"));

                yaml(database, "slack");
                await().atMost(LIMIT)
                        .until(() -> serve.err()
                                .contains(
                                        "configuration changed key=alerts.webhook.form before=generic after=slack origin="
                                                + "wellhead.yaml:9 effect=applied"));
                got.clear();
                database.kill();
                await().atMost(LIMIT)
                        .until(() -> got.stream()
                                .anyMatch(
                                        message -> message.path("text").asText().contains("DATABASE_UNHEALTHY")));
                assertThat(serve.err()).doesNotContain("canary");
            }
        }
    }

    private List<String> states(String name) {
        return got.stream()
                .filter(alert -> alert.path("alert").asText().equals(name))
                .map(alert -> alert.path("state").asText())
                .toList();
    }
}
