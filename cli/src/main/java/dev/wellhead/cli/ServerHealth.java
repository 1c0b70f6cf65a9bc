// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.cli.ServerClient.Answer;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a running server says of its databases.
 *
 * @param server its address
 * @param status the HTTP status of {@code /health}
 * @param health body of {@code /health}
 * @param metrics body of {@code /api/metrics/db}
 * @param recommendations what to do, from {@code /api/health}
 */
record ServerHealth(URI server, int status, JsonNode health, JsonNode metrics, List<String> recommendations) {
    /**
     * Asks a server. Blocks at most for 10 s a question.
     *
     * @throws CommandException when it cannot be reached or answers something else
     */
    static ServerHealth ask(ServerClient client) throws InterruptedException {
        var health = get(client, "/health");
        var metrics = get(client, "/api/metrics/db");
        var advice = get(client, "/api/health");
        List<String> recommendations = new ArrayList<>();
        advice.json().path("health").path("recommendations").forEach(text -> recommendations.add(text.asText()));
        return new ServerHealth(client.server(), health.status(), health.json(), metrics.json(), recommendations);
    }

    boolean healthy() {
        return status == 200;
    }

    Map<String, Object> json() {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("healthy", healthy());
        result.put("server", server.toString());
        result.put("health", health);
        result.put("metrics", metrics);
        result.put("recommendations", recommendations);
        return result;
    }

    String text() {
        var database = health.path("database");
        List<String> lines = new ArrayList<>();
        lines.add(line("server", "%s: %s", server, health.path("status").asText()));
        health.path("details").properties().forEach(part -> part(part.getKey(), part.getValue(), lines));
        lines.add(line(
                "connections",
                "%d open: %d active, %d idle; %d waiting",
                database.path("totalConnections").asInt(),
                database.path("activeConnections").asInt(),
                database.path("idleConnections").asInt(),
                database.path("waitingRequests").asInt()));
        var config = metrics.path("config");
        lines.add(line(
                "pool",
                "max %d, acquire %d ms, idle %d ms",
                config.path("maxConnections").asInt(),
                config.path("connectionTimeoutMs").asLong(),
                config.path("idleTimeoutMs").asLong()));
        metrics.path("databases")
                .properties()
                .forEach(named -> lines.add(line(
                        "breaker",
                        "%s: %s",
                        named.getKey(),
                        HealthText.breaker(named.getValue().path("breaker")))));
        recommendations.forEach(text -> lines.add(line("do", "%s", text)));
        return String.join("\n", lines);
    }

    private static void part(String name, JsonNode part, List<String> lines) {
        if (!part.has("status")) {
            return;
        }
        var error = part.has("error") ? ": " + part.get("error").asText() : "";
        lines.add(line(
                "part",
                "%s: %s, %d ms%s",
                name,
                part.get("status").asText(),
                part.path("responseTime").asLong(),
                error));
    }

    // 503 says that it is unhealthy: an answer too.
    private static Answer get(ServerClient client, String path) throws InterruptedException {
        var answer = client.read(path);
        if ((answer.status() != 200 && answer.status() != 503) || !answer.json().isObject()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    client.server() + path + " answered " + answer.status() + ": is it a wellhead server?");
        }
        return answer;
    }

    private static String line(String label, String format, Object... values) {
        return String.format(Locale.ROOT, "%-12s", label) + SafeText.line(String.format(Locale.ROOT, format, values));
    }
}
