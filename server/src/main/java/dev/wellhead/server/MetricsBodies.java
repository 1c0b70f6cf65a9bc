// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.CallCounters;
import dev.wellhead.database.spi.MonitoredDatabase;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of {@code /api/metrics/db}. */
final class MetricsBodies {

    private MetricsBodies() {}

    /** The database called {@code default}, or the first where none is called so; then all by name. */
    record Metrics(
            String timestamp,
            HealthBodies.Pool pool,
            Performance performance,
            Config config,
            HealthBodies.Breaker breaker,
            Map<String, DatabaseMetrics> databases) {}

    /** One database. */
    record DatabaseMetrics(
            HealthBodies.Pool pool, Performance performance, Config config, HealthBodies.Breaker breaker) {

        static final DatabaseMetrics NONE =
                new DatabaseMetrics(HealthBodies.Pool.NONE, Performance.NONE, Config.NONE, HealthBodies.Breaker.NONE);
    }

    /** Times are means since start, in milliseconds; counts are since start. */
    record Performance(
            long latencyMs,
            BigDecimal meanAcquireMs,
            BigDecimal meanUseMs,
            BigDecimal meanCallMs,
            long acquires,
            long acquiresWaited,
            long acquiresRefused,
            long calls,
            long callsFailed,
            long retries) {

        static final Performance NONE = new Performance(
                0, Numbers.twoDecimals(0), Numbers.twoDecimals(0), Numbers.twoDecimals(0), 0, 0, 0, 0, 0, 0);
    }

    /** Limits; {@code connectionTimeoutMs} is the longest wait of a caller for a connection. */
    record Config(int maxConnections, long idleTimeoutMs, long connectionTimeoutMs) {

        static final Config NONE = new Config(0, 0, 0);
    }

    static Metrics metrics(List<MonitoredDatabase> databases, Instant now) {
        Map<String, DatabaseMetrics> all = new LinkedHashMap<>();
        databases.forEach(database -> all.put(database.name(), of(database)));
        var main = all.getOrDefault(
                HealthView.MAIN, all.values().stream().findFirst().orElse(DatabaseMetrics.NONE));
        return new Metrics(Numbers.iso(now), main.pool(), main.performance(), main.config(), main.breaker(), all);
    }

    private static DatabaseMetrics of(MonitoredDatabase database) {
        var pool = database.snapshot();
        var settings = database.config().pool();
        CallCounters calls = database.counters();
        var acquires = pool.counters();
        return new DatabaseMetrics(
                HealthBodies.Pool.of(pool),
                new Performance(
                        Numbers.millis(database.health().latency()),
                        Numbers.millisTwoDecimals(pool.meanAcquire()),
                        Numbers.millisTwoDecimals(pool.meanUse()),
                        Numbers.millisTwoDecimals(calls.meanLatency()),
                        acquires.direct() + acquires.waited(),
                        acquires.waited(),
                        acquires.refusedTotal(),
                        calls.calls(),
                        calls.failed(),
                        calls.retries()),
                new Config(
                        pool.maxSize(),
                        settings.idleTimeout().toMillis(),
                        settings.acquireTimeout().toMillis()),
                HealthBodies.Breaker.of(database.health().breaker()));
    }
}
