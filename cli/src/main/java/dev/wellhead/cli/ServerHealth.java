// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
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
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * Asks a server. Blocks at most for 10 s a question.
     *
     * @throws CommandException when it cannot be reached or answers something else
     */
    static ServerHealth ask(String url) throws InterruptedException {
        var server = parse(url);
        var client = HttpClient.newBuilder().connectTimeout(LIMIT).build();
        var health = get(client, server, "/health");
        var metrics = get(client, server, "/api/metrics/db");
        var advice = get(client, server, "/api/health");
        List<String> recommendations = new ArrayList<>();
        advice.body().path("health").path("recommendations").forEach(text -> recommendations.add(text.asText()));
        return new ServerHealth(server, health.status(), health.body(), metrics.body(), recommendations);
    }

    /** @throws CommandException when that is no URL of a server */
    static URI parse(String url) {
        try {
            var server = new URI(url);
            if (server.getHost() != null && List.of("http", "https").contains(String.valueOf(server.getScheme()))) {
                return server;
            }
        } catch (URISyntaxException refusedBelow) {
            // Its text speaks of schemes and characters; the user wants to know what a URL looks like.
        }
        throw new CommandException(ExitCode.USAGE, "--server=" + url + ": must be a URL such as http://127.0.0.1:8080");
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

    private static Answer get(HttpClient client, URI server, String path) throws InterruptedException {
        var base = server.toString();
        var uri = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
        try {
            var response = client.send(
                    HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200 && response.statusCode() != 503) {
                throw new CommandException(
                        ExitCode.FAILED, uri + " answered " + response.statusCode() + ": is it a wellhead server?");
            }
            return new Answer(response.statusCode(), Json.read(response.body()));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "The server cannot be reached: " + uri + ": " + e.getClass().getSimpleName()
                            + (e.getMessage() == null ? "" : ": " + e.getMessage()) + "; is wellhead serve running?",
                    e);
        }
    }

    private static String line(String label, String format, Object... values) {
        return String.format(Locale.ROOT, "%-12s", label) + String.format(Locale.ROOT, format, values);
    }

    private record Answer(int status, JsonNode body) {}
}
