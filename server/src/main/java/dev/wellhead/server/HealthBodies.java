// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.wellhead.database.BreakerReport;
import dev.wellhead.database.BreakerState;
import dev.wellhead.database.PartReport;
import dev.wellhead.database.Verdict;
import dev.wellhead.pool.PoolSnapshot;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The health bodies that monitors read, field by field. */
final class HealthBodies {

    private static final String POOL_DETAIL = "connectionPool";

    private HealthBodies() {}

    /** Body of {@code /health/live}. */
    record Live(String status, String timestamp) {}

    /**
     * Body of {@code /health/ready}.
     *
     * @param status that of the whole, or {@code draining}
     * @param out names of the databases and other parts that are out
     */
    record Ready(boolean ready, String status, String timestamp, List<String> out) {

        static Ready draining(Instant now) {
            return new Ready(false, "draining", Numbers.iso(now), List.of());
        }

        static Ready of(HealthView view, Instant now) {
            var databases = view.parts().stream().filter(HealthView.Part::out).map(HealthView.Part::name);
            var others = view.others().stream().filter(part -> !part.healthy()).map(PartReport::name);
            var out = Stream.concat(databases, others).toList();
            return new Ready(
                    view.status() != HealthView.Status.UNHEALTHY, view.status().text(), Numbers.iso(now), out);
        }
    }

    /** Body of {@code /health} and {@code /health/db}. */
    record Health(
            String status, String timestamp, long responseTime, DatabasePart database, Map<String, Object> details) {}

    /** The main database in {@link Health}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DatabasePart(
            boolean healthy,
            int totalConnections,
            int idleConnections,
            int activeConnections,
            int waitingRequests,
            int maxConnections,
            BigDecimal utilizationPercent,
            long latencyMs,
            @Nullable String error) {}

    /** One part in the details of {@link Health}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Detail(
            String status,
            long responseTime,
            String lastCheck,
            @Nullable String error) {}

    /** Numbers of a pool. */
    record Pool(int total, int idle, int active, int waiting, int max, BigDecimal utilizationPercent) {

        static final Pool NONE = new Pool(0, 0, 0, 0, 0, Numbers.twoDecimals(0));

        static Pool of(PoolSnapshot pool) {
            return new Pool(
                    pool.total(),
                    pool.idle(),
                    pool.active(),
                    pool.waiting(),
                    pool.maxSize(),
                    Numbers.twoDecimals(pool.utilizationPercent()));
        }
    }

    /** The pool of the main database in the details of {@link Health}. */
    record PoolDetail(@JsonUnwrapped Pool pool, Breaker breaker) {}

    /**
     * What a breaker does with calls.
     *
     * @param since when it was opened or closed last
     * @param reason why calls are refused; only while they are, as the next
     * @param retryAfterMs when a refused call may try again
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Breaker(
            String state,
            String since,
            @Nullable String reason,
            @Nullable Long retryAfterMs) {

        static final Breaker NONE = of(BreakerState.OFF, Instant.EPOCH, null, null);

        static Breaker of(BreakerReport report) {
            return of(
                    report.state(),
                    report.since(),
                    report.trouble().map(Verdict::name).orElse(null),
                    report.isOpen() ? report.retryAfter().toMillis() : null);
        }

        private static Breaker of(
                BreakerState state, Instant since, @Nullable String reason, @Nullable Long retryAfterMs) {
            return new Breaker(state.name().toLowerCase(Locale.ROOT), Numbers.iso(since), reason, retryAfterMs);
        }
    }

    /** Body of {@code /api/health}. */
    record ApiHealth(boolean success, ApiHealthPart health) {}

    /** The one part of {@link ApiHealth}. */
    record ApiHealthPart(
            String timestamp,
            String database,
            String environment,
            @JsonProperty("isCloudflareWorkers") boolean isCloudflareWorkers,
            boolean hyperdriveEnabled,
            ConnectionStats connectionStats,
            long latency,
            List<String> recommendations) {}

    /** All pools together. */
    record ConnectionStats(
            int totalConnections, int healthyConnections, BigDecimal avgLatency, List<String> connectionKeys) {}

    static Health health(HealthView view, Instant now) {
        return new Health(
                view.status().text(),
                Numbers.iso(now),
                view.responseTimeMillis(),
                view.main().map(HealthBodies::database).orElseGet(HealthBodies::noDatabase),
                details(view));
    }

    private static DatabasePart database(HealthView.Part part) {
        var pool = part.pool();
        return new DatabasePart(
                !part.out(),
                pool.total(),
                pool.idle(),
                pool.active(),
                pool.waiting(),
                pool.maxSize(),
                Numbers.twoDecimals(pool.utilizationPercent()),
                part.latencyMillis(),
                part.report().error().orElse(null));
    }

    private static DatabasePart noDatabase() {
        return new DatabasePart(false, 0, 0, 0, 0, 0, Numbers.twoDecimals(0), 0, "no database is open");
    }

    private static Map<String, Object> details(HealthView view) {
        Map<String, Object> details = new LinkedHashMap<>();
        for (var part : view.parts()) {
            details.put(
                    part.name(),
                    new Detail(
                            part.out() ? "unhealthy" : "healthy",
                            part.latencyMillis(),
                            Numbers.iso(part.report().checkedAt()),
                            part.report().error().orElse(null)));
        }
        for (var part : view.others()) {
            // A database that was opened later under a part's name is the one shown.
            details.putIfAbsent(
                    part.name(),
                    new Detail(
                            part.healthy() ? "healthy" : "unhealthy",
                            Numbers.millis(part.latency()),
                            Numbers.iso(part.checkedAt()),
                            part.error().orElse(null)));
        }
        // Last, so that a database of this name cannot hide the pool that monitors look for.
        details.put(
                POOL_DETAIL,
                view.main()
                        .map(part -> new PoolDetail(
                                Pool.of(part.pool()), Breaker.of(part.report().breaker())))
                        .orElse(new PoolDetail(Pool.NONE, Breaker.NONE)));
        return details;
    }

    static ApiHealth apiHealth(HealthView view, String profile, Instant now) {
        var status = view.status();
        return new ApiHealth(
                status != HealthView.Status.UNHEALTHY,
                new ApiHealthPart(
                        Numbers.iso(now),
                        status.text(),
                        profile,
                        false,
                        view.main().map(part -> part.config().pool().pooled()).orElse(false),
                        stats(view),
                        view.main().map(HealthView.Part::latencyMillis).orElse(0L),
                        recommendations(view)));
    }

    private static ConnectionStats stats(HealthView view) {
        var parts = view.parts();
        return new ConnectionStats(
                parts.stream().mapToInt(part -> part.pool().total()).sum(),
                parts.stream().mapToInt(part -> part.pool().healthy()).sum(),
                Numbers.millisTwoDecimals(meanLatency(parts)),
                parts.stream()
                        .map(part -> shownUrl(part.config().pool().jdbcUrl()))
                        .toList());
    }

    private static Duration meanLatency(List<HealthView.Part> parts) {
        return Duration.ofNanos((long) parts.stream()
                .mapToLong(part -> part.report().latency().toNanos())
                .average()
                .orElse(0));
    }

    private static List<String> recommendations(HealthView view) {
        return view.parts().stream()
                .flatMap(part -> part.report().recommendations().stream())
                .distinct()
                .toList();
    }

    /** The URL up to its parameters, which may hold secrets; MongoDB's as everybody writes it. */
    static String shownUrl(String jdbcUrl) {
        return jdbcUrl.replaceFirst("^jdbc:(?=mongodb:)", "").split("[?;&]", 2)[0];
    }
}
