// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Parameters;
import dev.wellhead.database.internal.RecordValues;
import dev.wellhead.sql.JdbcText;
import dev.wellhead.sql.QuestionMarks;
import dev.wellhead.sql.SqlText;
import dev.wellhead.sql.StatementKind;
import java.lang.reflect.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One statement as JDBC wants it, and the values of its question marks; all that can be wrong with them was found when
 * it was made, before a connection is taken.
 */
final class Arguments {

    private final JdbcText text;
    private final StatementKind kind;

    /** By parameter; an {@code Object[]} where the text has a list. */
    private final @Nullable Object[] values;

    private Arguments(JdbcText text, StatementKind kind, @Nullable Object[] values) {
        this.text = text;
        this.kind = kind;
        this.values = values;
    }

    /**
     * Puts text and parameters together.
     *
     * @param parameters as the caller gave them: values in order, or one map or record for names
     * @throws IllegalArgumentException when they do not agree; the text names operation, place, rule and mend
     */
    static Arguments of(
            String operation,
            SqlText text,
            @Nullable Object @Nullable [] parameters,
            Parameters writer,
            QuestionMarks marks) {
        try {
            var values = values(text, parameters == null ? new Object[] {null} : parameters);
            int[] sizes = null;
            for (int i = 0; i < values.length; i++) {
                var list = list(text, i, values[i]);
                if (list != null) {
                    sizes = sizes == null ? noLists(values.length) : sizes;
                    sizes[i] = list.length;
                    values = values == parameters ? values.clone() : values;
                    values[i] = list;
                }
                requireNoRefusal(text, i, list, values[i], writer);
            }
            return new Arguments(sizes == null ? text.render(marks) : text.render(marks, sizes), text.kind(), values);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("operation \"" + operation + "\": " + e.getMessage(), e);
        }
    }

    /** The values of one row of a batch; lists cannot be among them, for each length is another text. */
    static @Nullable Object[] ofRow(SqlText text, @Nullable Object row, Parameters writer) {
        var values = values(text, parametersOf(text, row));
        for (int i = 0; i < values.length; i++) {
            if (list(text, i, values[i]) != null) {
                throw new IllegalArgumentException("parameter " + text.describe(i)
                        + " is a list, and in a batch all rows share one text; use = ANY(..) with an array, or run"
                        + " update(..) for each row");
            }
            requireNoRefusal(text, i, null, values[i], writer);
        }
        return values;
    }

    StatementKind kind() {
        return kind;
    }

    String sql() {
        return text.sql();
    }

    void bind(PreparedStatement statement, Parameters writer) throws SQLException {
        int count = text.count();
        for (int i = 1; i <= count; i++) {
            var value = values[text.parameter(i)];
            int element = text.element(i);
            writer.bind(statement, i, element < 0 || value == null ? value : ((Object[]) value)[element]);
        }
    }

    private static @Nullable Object[] parametersOf(SqlText text, @Nullable Object row) {
        if (row == null) {
            throw new IllegalArgumentException("is null; give each row its parameters");
        }
        if (row instanceof List<?> list) {
            if (text.isNamed()) {
                throw new IllegalArgumentException(
                        "is a List, and the text has names (:" + text.names().get(0) + "); give a Map or a record");
            }
            return list.toArray();
        }
        if (row instanceof Map || row instanceof Record) {
            if (!text.isNamed()) {
                throw new IllegalArgumentException("is " + (row instanceof Map ? "a Map" : "a record")
                        + ", and the text has no names; give a List of values, or write :name for each ?");
            }
            return new Object[] {row};
        }
        throw new IllegalArgumentException("is of type " + row.getClass().getName()
                + "; give a List of values, or a Map or a record for a text with names");
    }

    private static @Nullable Object[] values(SqlText text, @Nullable Object[] parameters) {
        if (text.isNamed()) {
            return named(text, parameters);
        }
        if (parameters.length != text.parameterCount()) {
            throw new IllegalArgumentException(
                    "the SQL text has " + marks(text) + " and " + parameters(parameters.length)
                            + " given; give one for each, null for SQL's NULL" + operatorHint(text, parameters.length));
        }
        return parameters;
    }

    private static @Nullable Object[] named(SqlText text, @Nullable Object[] parameters) {
        if (parameters.length == 1 && parameters[0] instanceof Map<?, ?> map) {
            return ofMap(text, map);
        }
        if (parameters.length == 1 && parameters[0] instanceof Record record) {
            return ofRecord(text, record);
        }
        throw new IllegalArgumentException(
                "the SQL text has names (" + String.join(", ", named(text.names())) + ") and "
                        + (parameters.length == 1
                                ? "one value that is neither Map nor record was"
                                : parameters(parameters.length))
                        + " given; give exactly one Map or record that holds them");
    }

    private static @Nullable Object[] ofMap(SqlText text, Map<?, ?> map) {
        var names = text.names();
        var values = new @Nullable Object[names.size()];
        List<String> missing = new ArrayList<>(0);
        for (int i = 0; i < values.length; i++) {
            var value = map.get(names.get(i));
            if (value == null && !map.containsKey(names.get(i))) {
                missing.add(text.describe(i));
            }
            values[i] = value;
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("the Map has no key for " + String.join(", ", missing) + "; it has "
                    + map.keySet() + "; put each name, with null for SQL's NULL");
        }
        if (map.size() != values.length) {
            var unknown = map.keySet().stream()
                    .filter(key -> !names.contains(key))
                    .map(String::valueOf)
                    .toList();
            throw new IllegalArgumentException("the Map has keys that the SQL text does not name: "
                    + String.join(", ", unknown) + "; the text has " + String.join(", ", named(names))
                    + "; take them out, or correct the name");
        }
        return values;
    }

    /** A record may hold more than the text names. */
    private static @Nullable Object[] ofRecord(SqlText text, Record record) {
        var reader = RecordValues.of(record.getClass());
        var names = text.names();
        var values = new @Nullable Object[names.size()];
        List<String> missing = new ArrayList<>(0);
        for (int i = 0; i < values.length; i++) {
            int component = reader.indexOf(names.get(i));
            if (component < 0) {
                missing.add(text.describe(i));
            } else {
                values[i] = reader.value(record, component);
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("record " + record.getClass().getSimpleName() + " has no component for "
                    + String.join(", ", missing) + "; it has " + String.join(", ", reader.names())
                    + "; correct the name, or give a Map");
        }
        return values;
    }

    /** The elements, where a collection or an array stands in {@code IN (..)}; elsewhere it is one SQL array. */
    private static @Nullable Object @Nullable [] list(SqlText text, int parameter, @Nullable Object value) {
        if (value == null || value instanceof String || value instanceof Number || value instanceof byte[]) {
            return null;
        }
        if (value instanceof Collection<?> collection) {
            return text.takesList(parameter) ? collection.toArray() : null;
        }
        if (!value.getClass().isArray() || !text.takesList(parameter)) {
            return null;
        }
        var elements = new @Nullable Object[Array.getLength(value)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Array.get(value, i);
        }
        return elements;
    }

    private static void requireNoRefusal(
            SqlText text,
            int parameter,
            @Nullable Object @Nullable [] list,
            @Nullable Object value,
            Parameters writer) {
        if (list == null) {
            var refusal = writer.refusal(value);
            if (refusal != null) {
                throw new IllegalArgumentException("parameter " + text.describe(parameter) + " " + refusal);
            }
            return;
        }
        for (int i = 0; i < list.length; i++) {
            var refusal = writer.refusal(list[i]);
            if (refusal != null) {
                throw new IllegalArgumentException(
                        "element " + i + " of parameter " + text.describe(parameter) + " " + refusal);
            }
        }
    }

    private static int[] noLists(int count) {
        var sizes = new int[count];
        Arrays.fill(sizes, SqlText.NO_LIST);
        return sizes;
    }

    /** Too many question marks may be operators, as those of jsonb. */
    private static String operatorHint(SqlText text, int given) {
        return given < text.parameterCount() ? "; an operator's question mark is written ??" : "";
    }

    private static List<String> named(List<String> names) {
        return names.stream().map(name -> ":" + name).toList();
    }

    private static String marks(SqlText text) {
        return switch (text.parameterCount()) {
            case 0 -> "no question marks";
            case 1 -> "one question mark";
            default -> text.parameterCount() + " question marks";
        };
    }

    private static String parameters(int number) {
        return switch (number) {
            case 0 -> "no parameters were";
            case 1 -> "one parameter was";
            default -> number + " parameters were";
        };
    }
}
