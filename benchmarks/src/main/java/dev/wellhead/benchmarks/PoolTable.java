// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.benchmarks.PoolPart.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The results of one case: of each pool, round by round. */
final class PoolTable {
    private final String caseName;
    private final List<Column> columns;
    private final Map<PoolKind, List<Map<String, Double>>> rounds = new EnumMap<>(PoolKind.class);

    PoolTable(String caseName, List<Column> columns) {
        this.caseName = caseName;
        this.columns = columns;
    }

    /**
     * Measures all cases of a part.
     *
     * @return a table for each, in Markdown
     * @throws IncompleteException when the JVM of a pool failed; the others are measured all the same
     */
    static String measured(PoolPart part, Effort effort) throws IncompleteException, InterruptedException {
        var tables = part.cases().stream()
                .map(caseName -> new PoolTable(caseName, part.columns()))
                .toList();
        var failures = new ArrayList<String>();
        for (int round = 1; round <= effort.rounds(); round++) {
            for (var table : tables) {
                for (var pool : effort.pools()) {
                    System.err.printf(
                            "%s, round %d of %d: %s, %s%n",
                            part.name(), round, effort.rounds(), table.caseName, pool.label());
                    try {
                        table.add(pool, Fork.measure(part, pool, table.caseName, effort));
                    } catch (IOException e) {
                        table.add(pool, Map.of());
                        failures.add(String.valueOf(e.getMessage()));
                    }
                }
            }
        }
        var text = tables.stream().map(PoolTable::markdown).collect(Collectors.joining("\n"));
        if (!failures.isEmpty()) {
            throw new IncompleteException(String.join("\n", failures), text);
        }
        return text;
    }

    void add(PoolKind pool, Map<String, Double> results) {
        rounds.computeIfAbsent(pool, ignored -> new ArrayList<>()).add(results);
    }

    /** A heading, and a row for each pool. */
    String markdown() {
        var text = new StringBuilder("### " + caseName + "\n| pool |");
        columns.forEach(column ->
                text.append(' ').append(column.heading()).append(column.isCompared() ? " | times HikariCP |" : " |"));
        text.append("\n|---|");
        columns.forEach(column -> text.append(column.isCompared() ? "---|---|" : "---|"));
        rounds.keySet().forEach(pool -> text.append('\n').append(row(pool)));
        return text.append('\n').toString();
    }

    private String row(PoolKind pool) {
        var text = new StringBuilder("| " + pool.label() + " |");
        for (var column : columns) {
            var values = values(pool, column.key());
            text.append(' ').append(Spread.of(values).text(column.format())).append(" |");
            if (column.isCompared()) {
                text.append(' ')
                        .append(ratio(values, values(PoolKind.HIKARI, column.key())))
                        .append(" |");
            }
        }
        return text.toString();
    }

    private static String ratio(double[] of, double[] to) {
        return Spread.of(IntStream.range(0, Math.min(of.length, to.length))
                        .mapToDouble(i -> of[i] / to[i])
                        .toArray())
                .text("%.2f");
    }

    private double[] values(PoolKind pool, String key) {
        return rounds.getOrDefault(pool, List.of()).stream()
                .mapToDouble(results -> Objects.requireNonNullElse(results.get(key), Double.NaN))
                .toArray();
    }
}
