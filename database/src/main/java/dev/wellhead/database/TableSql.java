// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.Table.Column;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The statements of a table, for one kind of quotes.
 *
 * @param quote around names
 * @param find reads a row by id
 * @param insert writes a row without its generated columns
 * @param update writes all but id and generated columns, by id; empty when there is nothing to write
 * @param delete deletes by id
 * @param inserted what insert writes, in order
 * @param updated what update writes, in order, the id last
 * @param returned the columns that insert reads back
 */
record TableSql(
        char quote,
        String find,
        String insert,
        String update,
        String delete,
        List<Column> inserted,
        List<Column> updated,
        List<String> returned) {

    static TableSql of(Table<?> table, char quote) {
        var name = table.path().stream().map(part -> quoted(part, quote)).collect(Collectors.joining("."));
        var inserted =
                table.columns().stream().filter(column -> !column.generated()).toList();
        var changed = inserted.stream()
                .filter(column -> !table.ids().contains(column))
                .toList();
        var where = " WHERE " + assignments(table.ids(), quote, " AND ");
        return new TableSql(
                quote,
                "SELECT " + names(table.columns(), quote) + " FROM " + name + where,
                "INSERT INTO " + name + values(inserted, quote),
                changed.isEmpty() ? "" : "UPDATE " + name + " SET " + assignments(changed, quote, ", ") + where,
                "DELETE FROM " + name + where,
                inserted,
                concat(changed, table.ids()),
                table.columns().stream().map(Column::name).toList());
    }

    private static String values(List<Column> inserted, char quote) {
        if (inserted.isEmpty()) {
            return " DEFAULT VALUES";
        }
        return " (" + names(inserted, quote) + ") VALUES ("
                + inserted.stream().map(column -> "?").collect(Collectors.joining(", ")) + ")";
    }

    private static String names(List<Column> columns, char quote) {
        return columns.stream().map(column -> quoted(column.name(), quote)).collect(Collectors.joining(", "));
    }

    private static String assignments(List<Column> columns, char quote, String between) {
        return columns.stream()
                .map(column -> quoted(column.name(), quote) + " = ?")
                .collect(Collectors.joining(between));
    }

    private static List<Column> concat(List<Column> first, List<Column> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static String quoted(String name, char quote) {
        var mark = String.valueOf(quote);
        return mark + name.replace(mark, mark + mark) + mark;
    }
}
