// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.Table.Column;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes rows by id, for a {@link SqlExecutor}. */
final class Tables {

    private final Statements statements;
    private final Language language;

    Tables(Statements statements) {
        this.statements = statements;
        this.language = statements.language();
    }

    <T extends Record> Optional<T> find(Table<T> table, @Nullable Object @Nullable [] id) {
        var operation = table.operations().find();
        var values = requireId(table, operation, id);
        return statements.optional(
                operation,
                Effect.NONE,
                table.sql(language.quote()).find(),
                s -> bind(s, values),
                language.resultType(table.mapping()));
    }

    <T extends Record> T insert(Table<T> table, T row) {
        var operation = table.operations().insert();
        var sql = table.sql(language.quote());
        var values = values(table, operation, sql.inserted(), row);
        return statements.insert(
                operation,
                Effect.ATOMIC,
                sql.insert(),
                s -> bind(s, values),
                sql.returned().toArray(new String[0]),
                language.resultType(table.mapping()));
    }

    <T extends Record> boolean update(Table<T> table, T row) {
        var operation = table.operations().update();
        requireId(table, operation);
        var sql = table.sql(language.quote());
        if (sql.update().isEmpty()) {
            throw new IllegalArgumentException(operation + ": " + table
                    + " has no columns but id and generated ones, so there is nothing to write");
        }
        var values = values(table, operation, sql.updated(), row);
        int ids = table.ids().size();
        for (int i = 0; i < ids; i++) {
            requireValue(table, operation, i, values[values.length - ids + i]);
        }
        return statements.update(operation, Effect.ATOMIC, sql.update(), s -> bind(s, values)) > 0;
    }

    <T extends Record> boolean delete(Table<T> table, @Nullable Object @Nullable [] id) {
        var operation = table.operations().delete();
        var values = requireId(table, operation, id);
        return statements.update(
                        operation, Effect.ATOMIC, table.sql(language.quote()).delete(), s -> bind(s, values))
                > 0;
    }

    private <T extends Record> @Nullable Object[] values(
            Table<T> table, String operation, List<Column> columns, T row) {
        var values = new @Nullable Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = table.value(row, columns.get(i));
            var refusal = language.parameters().refusal(values[i]);
            if (refusal != null) {
                throw new IllegalArgumentException(
                        operation + ": component " + columns.get(i).component() + " " + refusal);
            }
        }
        return values;
    }

    private void bind(PreparedStatement statement, @Nullable Object[] values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            language.parameters().bindAsColumn(statement, i + 1, values[i]);
        }
    }

    private static void requireId(Table<?> table, String operation) {
        if (table.ids().isEmpty()) {
            throw new IllegalArgumentException(operation + ": " + table + " has no id; name its components, such as"
                    + " Table.of(\"" + table.name() + "\", " + table.type().getSimpleName() + ".class).id(\""
                    + table.columns().get(0).component() + "\")");
        }
    }

    private @Nullable Object[] requireId(Table<?> table, String operation, @Nullable Object @Nullable [] id) {
        requireId(table, operation);
        var values = id == null ? new Object[] {null} : id;
        if (values.length != table.ids().size()) {
            throw new IllegalArgumentException(operation + ": " + values.length
                    + (values.length == 1 ? " id value" : " id values") + " for " + table + ", whose id is "
                    + String.join(", ", table.idComponents()) + "; give one for each, in this order");
        }
        for (int i = 0; i < values.length; i++) {
            requireValue(table, operation, i, values[i]);
            var refusal = language.parameters().refusal(values[i]);
            if (refusal != null) {
                throw new IllegalArgumentException(
                        operation + ": id component " + table.idComponents().get(i) + " " + refusal);
            }
        }
        return values;
    }

    /** SQL's NULL equals nothing, so no row would ever be found. */
    private static void requireValue(Table<?> table, String operation, int index, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(operation + ": id component "
                    + table.idComponents().get(index) + " of " + table + " is null, and a row cannot be found by null;"
                    + " give its value");
        }
    }
}
