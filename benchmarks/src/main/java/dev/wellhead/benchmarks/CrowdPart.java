// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Crowds before a pool of ten. The longest wait is also given in fair waits: threads, by connections, times the hold as
 * it was with as many threads as connections.
 */
record CrowdPart(String name, String what, List<CrowdCase> crowds, List<PoolKind> pools, int oldestJdk)
        implements PoolPart {
    private static final int CONNECTIONS = 10;
    private static final String FAIR = "fair";
    private static final List<PoolKind> POOLS = List.of(
            PoolKind.WELLHEAD,
            PoolKind.HIKARI,
            PoolKind.AGROAL,
            PoolKind.DBCP2,
            PoolKind.C3P0,
            PoolKind.TOMCAT,
            PoolKind.VIBUR);

    /** 50 platform threads. */
    static CrowdPart contention() {
        return new CrowdPart(
                "contention",
                "50 threads on a pool of 10: throughput, waits, fairness, CPU",
                List.of(
                        new CrowdCase("50 threads, each holding about 100 us, parked", 50, false, 100_000, false),
                        new CrowdCase("50 threads, each holding 20 us, computing", 50, false, 20_000, true)),
                POOLS,
                17);
    }

    /** Thousands of virtual threads. */
    static CrowdPart virtual() {
        return new CrowdPart(
                "virtual",
                "1,000 and 10,000 virtual threads on a pool of 10: throughput, waits, starvation, CPU",
                List.of(
                        new CrowdCase("1,000 virtual threads, each holding about 100 us", 1_000, true, 100_000, false),
                        new CrowdCase(
                                "10,000 virtual threads, each holding about 100 us", 10_000, true, 100_000, false)),
                POOLS,
                21);
    }

    @Override
    public Effort full() {
        // A crowd that computes leaves the compiler so little that it is busy for some ten seconds.
        return new Effort(3, 12, 5, pools);
    }

    @Override
    public Effort quick() {
        return new Effort(
                1, 2, 2, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI, PoolKind.AGROAL, PoolKind.TOMCAT, PoolKind.VIBUR));
    }

    @Override
    public List<String> cases() {
        return crowds.stream().map(CrowdCase::label).toList();
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared(CrowdRun.PER_SECOND, "acquires/s", "%,.0f"),
                Column.alone(CrowdRun.P50, "wait p50, ms", "%.2f"),
                Column.alone(CrowdRun.P99, "p99", "%.2f"),
                Column.alone(CrowdRun.LONGEST, "longest", "%,.1f"),
                Column.alone(FAIR, "longest, in fair waits", "%,.1f"),
                Column.alone(CrowdRun.MOST_TO_LEAST, "acquires of the luckiest over those of the unluckiest", "%.2f"),
                Column.alone(CrowdRun.STARVED, "threads below a tenth of the mean, %", "%.0f"),
                Column.alone(CrowdRun.CPU, "CPU for an acquire, us", "%.1f"),
                Column.alone(CrowdRun.HOLD, "hold with 10 threads, us", "%.0f"),
                Column.alone(CrowdRun.FAILED, "failed", "%,.0f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        var crowd = crowds.stream()
                .filter(one -> one.label().equals(caseName))
                .findFirst()
                .orElseThrow();
        long warmUpMillis = TimeUnit.SECONDS.toMillis(effort.warmUpSeconds());
        try (var pool = kind.open(PoolSetup.noop(CONNECTIONS))) {
            double hold = CrowdRun.measure(pool, crowd.withThreads(CONNECTIONS), warmUpMillis / 2, 1_000)
                    .getOrDefault(CrowdRun.HOLD, Double.NaN);
            var results = CrowdRun.measure(pool, crowd, warmUpMillis, TimeUnit.SECONDS.toMillis(effort.seconds()));
            double fairMillis = hold * crowd.threads() / CONNECTIONS / 1e3;
            results.put(FAIR, results.getOrDefault(CrowdRun.LONGEST, Double.NaN) / fairMillis);
            results.put(CrowdRun.HOLD, hold);
            return results;
        }
    }
}
