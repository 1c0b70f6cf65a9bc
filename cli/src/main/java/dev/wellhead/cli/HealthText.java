// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.cli.HealthCommand.Checked;
import dev.wellhead.database.BreakerReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The health of one database, for people and as JSON. */
final class HealthText {
    private HealthText() {}

    static String of(Checked checked) {
        var report = checked.report();
        var pool = report.pool();
        var settings = checked.config().pool();
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "database",
                "%s: %s (%s)",
                report.database(),
                report.healthy() ? "healthy" : "unhealthy",
                report.verdict()));
        lines.add(line("url", "%s", settings.shownUrl()));
        lines.add(line("latency", "%.2f ms", report.latency().toNanos() / 1e6));
        report.error().ifPresent(error -> lines.add(line("error", "%s", error)));
        lines.add(line(
                "connections",
                "%d open: %d active, %d idle; %d waiting",
                pool.total(),
                pool.active(),
                pool.idle(),
                pool.waiting()));
        lines.add(line(
                "pool",
                "max %d, acquire %d ms, connect %d ms, idle %d s, lifetime %d s",
                settings.maxSize(),
                settings.acquireTimeout().toMillis(),
                settings.connectTimeout().toMillis(),
                settings.idleTimeout().toSeconds(),
                settings.maxLifetime().toSeconds()));
        lines.add(line(
                "errors",
                "%d calls failed, %d acquires refused, %d opens failed",
                checked.failedCalls(),
                pool.counters().refusedTotal(),
                pool.counters().openFailed()));
        lines.add(line("breaker", "%s", breaker(Json.tree(breakerJson(report.breaker())))));
        report.recommendations().forEach(text -> lines.add(line("do", "%s", text)));
        return String.join("\n", lines);
    }

    static Map<String, Object> json(Checked checked) {
        var report = checked.report();
        var pool = report.pool();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("database", report.database());
        result.put("healthy", report.healthy());
        result.put("verdict", report.verdict().name());
        result.put("latencyMs", LoadText.rounded(report.latency().toNanos() / 1e6));
        report.error().ifPresent(error -> result.put("error", error));
        Map<String, Object> connections = new LinkedHashMap<>();
        connections.put("total", pool.total());
        connections.put("active", pool.active());
        connections.put("idle", pool.idle());
        connections.put("waiting", pool.waiting());
        result.put("connections", connections);
        result.put("config", config(checked));
        Map<String, Object> errors = new LinkedHashMap<>();
        errors.put("calls", checked.failedCalls());
        errors.put("refused", pool.counters().refusedTotal());
        errors.put("openFailed", pool.counters().openFailed());
        result.put("errors", errors);
        result.put("breaker", breakerJson(report.breaker()));
        result.put("recommendations", report.recommendations());
        return result;
    }

    /** As {@code /api/metrics/db} of a server tells of it. */
    static String breaker(JsonNode breaker) {
        var text = breaker.path("state").asText() + " since "
                + breaker.path("since").asText();
        return breaker.has("reason")
                ? text + ": " + breaker.path("reason").asText() + "; retry after "
                        + breaker.path("retryAfterMs").asLong() + " ms"
                : text;
    }

    private static Map<String, Object> breakerJson(BreakerReport breaker) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("state", breaker.state().name().toLowerCase(Locale.ROOT));
        result.put("since", breaker.since().toString());
        breaker.trouble().ifPresent(why -> {
            result.put("reason", why.name());
            result.put("retryAfterMs", breaker.retryAfter().toMillis());
        });
        return result;
    }

    private static Map<String, Object> config(Checked checked) {
        var settings = checked.config().pool();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("url", settings.shownUrl());
        config.put("maxSize", settings.maxSize());
        config.put("acquireTimeoutMs", settings.acquireTimeout().toMillis());
        config.put("connectTimeoutMs", settings.connectTimeout().toMillis());
        config.put("idleTimeoutMs", settings.idleTimeout().toMillis());
        config.put("maxLifetimeMs", settings.maxLifetime().toMillis());
        return config;
    }

    static String line(String label, String format, Object... values) {
        return String.format(Locale.ROOT, "%-12s", label) + String.format(Locale.ROOT, format, values);
    }
}
