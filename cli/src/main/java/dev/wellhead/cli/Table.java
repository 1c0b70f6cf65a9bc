// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows under titles, as wide as the terminal at most. The last column is a text of any length and takes what is left. What
 * is put in is made safe for a terminal here.
 */
final class Table {
    private static final String GAP = "  ";
    /** A column but the last one is cut to that where the width is limited. */
    private static final int WIDEST_COLUMN = 24;
    /** The last column gets so much before columns that can be missed are shown. */
    private static final int LEAST_FOR_LAST = 32;

    private record Column(String title, boolean right, boolean optional) {}

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * An empty table.
     *
     * @param titles in order; {@code >} before one aligns its column to the right, {@code ?} before that says that it is
     *     left out where the terminal is narrow
     */
    Table(String... titles) {
        this.columns = Arrays.stream(titles).map(Table::column).toList();
    }

    private static Column column(String title) {
        boolean optional = title.startsWith("?");
        var rest = optional ? title.substring(1) : title;
        boolean right = rest.startsWith(">");
        return new Column(right ? rest.substring(1) : rest, right, optional);
    }

    /** Adds a row of as many cells as there are titles. */
    Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.stream(cells).map(SafeText::line).toList());
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * The titles, then the rows.
     *
     * @param width columns of the terminal; 0: cuts nothing
     */
    List<String> lines(int width) {
        int[] widths = IntStream.range(0, columns.size())
                .map(index -> widest(index, width))
                .toArray();
        var shown = shown(widths, width);
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::title).toList(), shown, widths, width));
        rows.forEach(row -> lines.add(line(row, shown, widths, width)));
        return lines;
    }

    private int widest(int index, int width) {
        int widest = IntStream.concat(
                        IntStream.of(SafeText.width(columns.get(index).title())),
                        rows.stream().mapToInt(row -> SafeText.width(row.get(index))))
                .max()
                .orElse(0);
        boolean isLast = index == columns.size() - 1;
        return width == 0 || isLast ? widest : Math.min(widest, WIDEST_COLUMN);
    }

    private List<Integer> shown(int[] widths, int width) {
        var shown = new ArrayList<>(IntStream.range(0, columns.size()).boxed().toList());
        int last = columns.size() - 1;
        for (int index = last; index >= 0; index--) {
            int wanted = taken(shown, widths) + Math.min(widths[last], LEAST_FOR_LAST);
            if (width > 0 && wanted > width && columns.get(index).optional()) {
                shown.remove((Integer) index);
            }
        }
        return shown;
    }

    // By all shown but the last.
    private int taken(List<Integer> shown, int[] widths) {
        return shown.stream()
                .filter(index -> index < columns.size() - 1)
                .mapToInt(index -> widths[index] + GAP.length())
                .sum();
    }

    private String line(List<String> cells, List<Integer> shown, int[] widths, int width) {
        var line = new StringBuilder();
        for (int index : shown) {
            boolean isLast = index == columns.size() - 1;
            line.append(line.isEmpty() ? "" : GAP);
            line.append(
                    isLast
                            ? cells.get(index)
                            : SafeText.fill(
                                    cells.get(index),
                                    widths[index],
                                    columns.get(index).right()));
        }
        var text = line.toString().stripTrailing();
        return width == 0 ? text : SafeText.cut(text, width);
    }
}
