// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/** The results of several rounds of the same benchmarks. */
final class Rounds {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /** A benchmark with its parameter, which is empty where it has none. */
    private record Key(String method, String parameter) {}

    /** What it came to, round by round. */
    private record Series(List<Double> scores, List<Double> cpu, List<Double> allocations) {

        Series() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Map<Key, Series> all = new LinkedHashMap<>();

    void add(Collection<RunResult> round) {
        for (var result : round) {
            var params = result.getParams();
            var name = params.getBenchmark();
            var key = new Key(
                    name.substring(name.lastIndexOf('.') + 1),
                    params.getParamsKeys().isEmpty()
                            ? ""
                            : params.getParam(params.getParamsKeys().iterator().next()));
            var series = all.computeIfAbsent(key, ignored -> new Series());
            series.scores.add(result.getPrimaryResult().getScore());
            series.cpu.add(secondary(result, CpuProfiler.NAME));
            series.allocations.add(secondary(result, ALLOCATION));
        }
    }

    /** A table of times, each beside those of the base. */
    String times(String base) {
        var text = new StringBuilder("""
                | benchmark | CPU ns, median (lowest to highest) | times the base | over the base, ns | by the clock, ns | bytes |
                |---|---|---|---|---|---|
                """);
        var baseSeries = series(new Key(base, ""));
        all.forEach((key, series) -> text.append("| %s | %s | %s | %s | %s | %.0f |%n"
                .formatted(
                        key.method,
                        spread("%,.0f", values(series.cpu)),
                        spread("%.2f", pairs(series.cpu, baseSeries.cpu, (one, of) -> one / of)),
                        spread("%,.0f", pairs(series.cpu, baseSeries.cpu, (one, of) -> one - of)),
                        spread("%,.0f", values(series.scores)),
                        Spread.of(values(series.allocations)).median())));
        return text.toString();
    }

    /** A table of rows each second, where the parameter says how many rows one call has. */
    String rowsPerSecond(String base, String parameter) {
        var text = new StringBuilder("| benchmark | " + parameter + " | rows/s, median (lowest to highest) | times "
                + base + " |\n|---|---|---|---|\n");
        all.forEach((key, series) -> text.append("| %s | %s | %s | %s |%n"
                .formatted(
                        key.method,
                        key.parameter,
                        spread(
                                "%,.0f",
                                Arrays.stream(values(series.scores))
                                        .map(score -> score * Integer.parseInt(key.parameter))
                                        .toArray()),
                        spread(
                                "%.1f",
                                pairs(
                                        series.scores,
                                        series(new Key(base, key.parameter)).scores,
                                        (one, of) -> one / of)))));
        return text.toString();
    }

    private Series series(Key key) {
        var series = all.get(key);
        if (series == null) {
            throw new IllegalArgumentException("no results of " + key);
        }
        return series;
    }

    private static double secondary(RunResult result, String name) {
        return Objects.requireNonNull(result.getSecondaryResults().get(name), name)
                .getScore();
    }

    private static String spread(String format, double[] values) {
        return Spread.of(values).text(format);
    }

    private static double[] values(List<Double> list) {
        return list.stream().mapToDouble(value -> value).toArray();
    }

    private static double[] pairs(List<Double> left, List<Double> right, DoubleBinaryOperator operator) {
        return IntStream.range(0, left.size())
                .mapToDouble(i -> operator.applyAsDouble(left.get(i), right.get(i)))
                .toArray();
    }
}
