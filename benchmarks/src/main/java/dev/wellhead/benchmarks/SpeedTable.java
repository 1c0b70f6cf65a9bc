// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/** The results of {@link SpeedBenchmark}, round by round. */
final class SpeedTable {
    private static final String ALLOCATION = "gc.alloc.rate.norm";
    /** At which every pool swings by half, on two cores; the mean leaves it out. */
    private static final int UNSTEADY = 2;

    private record Key(String method, PoolKind pool, int threads) {}

    private record Series(List<Double> throughput, List<Double> bytes) {}

    private final List<Integer> threads;
    private final Set<PoolKind> pools = new LinkedHashSet<>();
    private final Map<Key, Series> all = new LinkedHashMap<>();

    /** @param threads the columns */
    SpeedTable(List<Integer> threads) {
        this.threads = threads;
    }

    void add(Collection<RunResult> results) {
        for (var result : results) {
            var params = result.getParams();
            var name = params.getBenchmark();
            var pool = PoolKind.valueOf(params.getParam("pool"));
            pools.add(pool);
            var series = all.computeIfAbsent(
                    new Key(name.substring(name.lastIndexOf('.') + 1), pool, params.getThreads()),
                    ignored -> new Series(new ArrayList<>(), new ArrayList<>()));
            series.throughput.add(result.getPrimaryResult().getScore());
            series.bytes.add(Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATION), ALLOCATION)
                    .getScore());
        }
    }

    /** One benchmark: cycles a microsecond by pool and threads, beside HikariCP's of the same round. */
    String markdown(String method) {
        var text = new StringBuilder("### ").append(method).append("\n| pool |");
        threads.forEach(count -> text.append(" cycles/µs, ")
                .append(count)
                .append(count == 1 ? " thread" : " threads")
                .append(" | times HikariCP |"));
        text.append(
                        " geometric mean without 2 threads | that, of HikariCP with metrics | bytes a cycle, 1 thread |\n|---|")
                .append("---|---|".repeat(threads.size()))
                .append("---|---|---|\n");
        for (var pool : pools) {
            text.append("| ").append(pool.label()).append(" |");
            for (int count : threads) {
                text.append(' ')
                        .append(Spread.of(throughput(method, pool, count)).text("%.1f"));
                text.append(" | ")
                        .append(Spread.of(ratios(method, pool, PoolKind.HIKARI, count))
                                .text("%.2f"));
                text.append(" |");
            }
            text.append(' ').append(mean(method, pool, PoolKind.HIKARI).text("%.2f"));
            text.append(" | ")
                    .append(mean(method, pool, PoolKind.HIKARI_METRICS).text("%.2f"));
            text.append(" | ").append(bytes(method, pool).text("%.0f")).append(" |\n");
        }
        return text.append('\n').toString();
    }

    private Spread mean(String method, PoolKind pool, PoolKind base) {
        var byThreads = threads.stream()
                .filter(count -> count != UNSTEADY)
                .map(count -> ratios(method, pool, base, count))
                .toList();
        int rounds = byThreads.stream().mapToInt(ratios -> ratios.length).min().orElse(0);
        return Spread.of(IntStream.range(0, rounds)
                .mapToDouble(round -> Math.exp(byThreads.stream()
                        .mapToDouble(ratios -> Math.log(ratios[round]))
                        .average()
                        .orElse(Double.NaN)))
                .toArray());
    }

    private double[] ratios(String method, PoolKind pool, PoolKind base, int count) {
        var of = throughput(method, pool, count);
        var to = throughput(method, base, count);
        return IntStream.range(0, Math.min(of.length, to.length))
                .mapToDouble(round -> of[round] / to[round])
                .toArray();
    }

    private double[] throughput(String method, PoolKind pool, int count) {
        return series(method, pool, count).throughput.stream()
                .mapToDouble(value -> value)
                .toArray();
    }

    private Spread bytes(String method, PoolKind pool) {
        return Spread.of(series(method, pool, threads.get(0)).bytes.stream()
                .mapToDouble(value -> value)
                .toArray());
    }

    private Series series(String method, PoolKind pool, int count) {
        return all.getOrDefault(new Key(method, pool, count), new Series(List.of(), List.of()));
    }
}
