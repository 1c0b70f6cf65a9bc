// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * For results of one column.
 *
 * @param target for error texts
 * @param type to read
 * @param conversion reads it
 */
record SimplePlanner(String target, Class<?> type, Conversion conversion) implements Planner {

    static SimplePlanner of(Class<?> type) {
        String target = Mapping.name(type);
        try {
            return new SimplePlanner(target, type, Simple.conversion(JavaType.of(type, java.util.Map.of())));
        } catch (Unfit e) {
            throw new MappingProblem(Mapping.start(target) + "it " + e.rule());
        }
    }

    @Override
    public Planned planned(List<Column> columns) throws SQLException {
        if (columns.size() != 1) {
            throw new MappingProblem(Mapping.start(target) + "the query gives " + columns.size() + " columns"
                    + columns.stream().map(Column::label).collect(Collectors.joining(", ", " (", ")"))
                    + " and a simple type takes one; select one column, or use a record with a component for each");
        }
        Column column = columns.get(0);
        var place = new Place(target, "", type.getSimpleName(), column.label());
        try {
            var reader = new ColumnReader(column.index(), conversion.extract(column), place);
            return new Planned(RowHandles.simple(reader), List.of(conversion.compared()));
        } catch (Unfit e) {
            throw place.unfit(e);
        }
    }
}
