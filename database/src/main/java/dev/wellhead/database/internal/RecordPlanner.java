// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.database.internal.Conversion.Compared;
import dev.wellhead.database.internal.RecordShape.Leaf;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * For records: gives each component its column, by name.
 *
 * @param shape of the record
 * @param columns the columns of components that are not in the one of their own name, by path
 */
record RecordPlanner(RecordShape shape, Map<String, String> columns) implements Planner {

    @Override
    public Planned planned(List<Column> given) throws SQLException {
        Map<Leaf, Column> found = matched(given);
        Map<Leaf, ColumnReader> readers = new HashMap<>();
        var compared = new Compared[given.size()];
        Arrays.fill(compared, Compared.NOTHING);
        var problems = new ArrayList<String>();
        for (Map.Entry<Leaf, Column> match : found.entrySet()) {
            Leaf leaf = match.getKey();
            Column column = match.getValue();
            var place = new Place(
                    Mapping.name(shape.type()), leaf.path(), leaf.type().text(), column.label());
            try {
                Extract extract = leaf.conversion().extract(column);
                readers.put(leaf, new ColumnReader(column.index(), extract, place));
                compared[column.index() - 1] = leaf.conversion().compared();
            } catch (Unfit e) {
                problems.add(place.columnAndComponent() + e.rule());
            }
        }
        if (!problems.isEmpty()) {
            throw problem(String.join("; and ", problems));
        }
        return new Planned(new RowHandles(readers).record(shape), List.of(compared));
    }

    private Map<Leaf, Column> matched(List<Column> given) {
        Map<String, List<Column>> byName = new LinkedHashMap<>();
        for (Column column : given) {
            byName.computeIfAbsent(Names.normal(column.label()), name -> new ArrayList<>())
                    .add(column);
        }
        Map<Leaf, Column> found = new LinkedHashMap<>();
        var without = new StringJoiner(", ");
        var twice = new StringJoiner(", ");
        shape.leaves().forEach(leaf -> {
            List<Column> named = byName.remove(Names.normal(columns.getOrDefault(leaf.path(), leaf.path())));
            if (named == null) {
                without.add(wanted(leaf));
            } else if (named.size() > 1) {
                twice.add(leaf.path() + " (" + labels(named) + ")");
            } else {
                found.put(leaf, named.get(0));
            }
        });
        var unknown = new StringJoiner(", ");
        byName.values().forEach(named -> unknown.add(labels(named)));
        requireNone(unknown, without, twice);
        return found;
    }

    private String wanted(Leaf leaf) {
        String column = columns.getOrDefault(leaf.path(), Names.snakeCase(leaf.path()));
        return leaf.path().equals(column) ? column : leaf.path() + " (column " + column + ")";
    }

    private void requireNone(StringJoiner unknown, StringJoiner without, StringJoiner twice) {
        var problems = new ArrayList<String>();
        if (unknown.length() > 0) {
            problems.add("columns without a component: " + unknown);
        }
        if (without.length() > 0) {
            problems.add("components without a column: " + without);
        }
        if (twice.length() > 0) {
            problems.add("components with more than one column: " + twice);
        }
        if (!problems.isEmpty()) {
            throw problem(String.join("; ", problems) + "; name columns in the query (AS first_name for firstName),"
                    + " select exactly the components, change the record, or use a RowMapper");
        }
    }

    private MappingProblem problem(String text) {
        return new MappingProblem(Mapping.start(Mapping.name(shape.type())) + text);
    }

    private static String labels(List<Column> named) {
        var labels = new StringJoiner(", ");
        named.forEach(column -> labels.add(column.label()));
        return labels.toString();
    }
}
