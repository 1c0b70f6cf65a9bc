// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The result of a load run, for people. */
final class LoadText {
    private LoadText() {}

    /** Several lines, without a line break at the end. */
    static String of(LoadPlan plan, LoadResult result) {
        var text = new StringBuilder();
        line(
                text,
                "queries",
                "%d by %d clients in %.1f s",
                result.queries(),
                plan.clients(),
                seconds(result.elapsed()));
        line(text, "errors", "%d", result.errors());
        result.errorsByKind().forEach((kind, count) -> line(text, "", "%d x %s", count, kind));
        line(text, "rate", "%.1f queries/s", result.queriesPerSecond());
        var latency = result.latencies();
        line(
                text,
                "latency",
                "mean %.2f ms, p50 %.2f, p95 %.2f, p99 %.2f, max %.2f",
                latency.mean(),
                latency.p50(),
                latency.p95(),
                latency.p99(),
                latency.max());
        var pool = result.pool();
        line(
                text,
                "pool",
                "%s, %d open of at most %d, %d idle",
                pool.pool(),
                pool.total(),
                pool.maxSize(),
                pool.idle());
        var counters = pool.counters();
        line(
                text,
                "acquires",
                "%d direct, %d waited, %d refused; mean %.2f ms",
                counters.direct(),
                counters.waited(),
                counters.refusedTotal(),
                millis(pool.meanAcquire()));
        line(
                text,
                "connections",
                "%d opened, %d failed to open, %d closed",
                counters.opened(),
                counters.openFailed(),
                counters.closedTotal());
        line(
                text,
                "utilisation",
                "mean %.1f %%, highest %.1f %%",
                result.meanUtilizationPercent(),
                result.peakUtilizationPercent());
        return text.toString().stripTrailing();
    }

    /** The pool's part of the JSON. */
    static Map<String, Object> pool(LoadResult result) {
        var pool = result.pool();
        var counters = pool.counters();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", pool.pool());
        json.put("max", pool.maxSize());
        json.put("min", pool.minIdle());
        json.put("total", pool.total());
        json.put("active", pool.active());
        json.put("idle", pool.idle());
        json.put("waiting", pool.waiting());
        json.put("direct", counters.direct());
        json.put("waited", counters.waited());
        json.put("refused", counters.refusedTotal());
        json.put("opened", counters.opened());
        json.put("openFailed", counters.openFailed());
        json.put("closed", counters.closedTotal());
        json.put("meanAcquireMs", millis(pool.meanAcquire()));
        json.put("meanUtilizationPercent", rounded(result.meanUtilizationPercent()));
        json.put("highestUtilizationPercent", rounded(result.peakUtilizationPercent()));
        return json;
    }

    /** Two decimals. */
    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static void line(StringBuilder text, String label, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-12s", label));
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double millis(Duration duration) {
        return rounded(duration.toNanos() / 1e6);
    }
}
