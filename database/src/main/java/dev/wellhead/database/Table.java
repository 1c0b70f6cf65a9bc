// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Mapping;
import dev.wellhead.database.internal.MappingProblem;
import dev.wellhead.database.internal.RecordValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table and the record of its rows, for plain reading and writing by id. It is no object mapper; for anything else
 * write SQL. Immutable; make each once, as a constant:
 *
 * <pre>
 * static final Table&lt;User&gt; USERS = Table.of("users", User.class).id("id").generated("id", "createdAt");
 * </pre>
 *
 * <p>A component is in the column of its name in snake_case ({@code created_at} for {@code createdAt}), or where
 * {@link #column} says. Those of a nested record have columns of their own, and are named with it in front:
 * {@code address.street} is in {@code address_street}. Names are quoted in SQL, so they may be reserved words and are spelled as the database keeps
 * them, which is lower case in PostgreSQL.
 *
 * @param <T> the record
 */
public final class Table<T extends Record> {

    /** Longest name that is accepted, in characters; databases have limits of their own (PostgreSQL: 63 bytes). */
    private static final int LONGEST_NAME = 128;

    private final List<String> path;
    private final String name;
    private final Operations operations;
    private final Class<T> type;
    private final List<Column> columns;
    private final List<Column> ids;
    private final RecordValues values;
    private final Mapping<T> mapping;
    private volatile @Nullable TableSql lastSql;

    /**
     * A component and its column.
     *
     * @param component its name; {@code address.street} for one of a nested record
     * @param index of it in the record's values
     * @param name of the column
     * @param generated whether the database fills it
     */
    record Column(String component, int index, String name, boolean generated) {}

    /** How calls with it are named in leases, errors and logs. */
    record Operations(String find, String insert, String update, String delete) {

        static Operations of(String table) {
            return new Operations("find " + table, "insert " + table, "update " + table, "delete " + table);
        }
    }

    private Table(List<String> path, Class<T> type, List<Column> columns, List<Column> ids) {
        this.path = path;
        this.name = String.join(".", path);
        this.operations = Operations.of(name);
        this.type = type;
        this.columns = columns;
        this.ids = ids;
        this.values = RecordValues.of(type);
        this.mapping = mapping(type, columns);
    }

    private static <T extends Record> Mapping<T> mapping(Class<T> type, List<Column> columns) {
        var renamed = columns.stream()
                .filter(column -> !column.name().equals(RecordValues.column(column.component())))
                .collect(Collectors.toMap(Column::component, Column::name));
        try {
            return renamed.isEmpty() ? Mapping.of(type) : Mapping.of(type, renamed);
        } catch (MappingProblem problem) {
            throw new IllegalArgumentException("table of " + type.getName() + ": " + problem.getMessage(), problem);
        }
    }

    /**
     * A table without id: rows can be inserted. See {@link #id}.
     *
     * @param name of the table, with its schema in front if need be ({@code sales.orders}); a dot parts the two
     * @param type the record, at least one component
     * @throws IllegalArgumentException when the name is not one, or the record has no components or cannot be read
     */
    public static <T extends Record> Table<T> of(String name, Class<T> type) {
        var path = List.of(name.split("\\.", -1));
        path.forEach(part -> requireName("table \"" + name + "\"", part));
        var components = RecordValues.of(type).names();
        if (components.isEmpty()) {
            throw new IllegalArgumentException("table \"" + name + "\": record " + type.getName()
                    + " has no components; give it one for each column");
        }
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < components.size(); i++) {
            var component = components.get(i);
            columns.add(new Column(component, i, RecordValues.column(component), false));
        }
        return new Table<>(path, type, List.copyOf(columns), List.of());
    }

    /**
     * The same with these components as its id, in the order in which {@code find} and {@code delete} take their values.
     *
     * @throws IllegalArgumentException when one is no component, or named twice
     */
    public Table<T> id(String... components) {
        requireComponents("id", components);
        return new Table<>(
                path,
                type,
                columns,
                Arrays.stream(components).map(this::columnOf).toList());
    }

    /**
     * The same with these components filled by the database: they are never written, and {@code insert} reads them back.
     *
     * @throws IllegalArgumentException when one is no component, or named twice
     */
    public Table<T> generated(String... components) {
        requireComponents("generated", components);
        var names = Set.of(components);
        return changed(column -> names.contains(column.component()), column -> column.name(), true);
    }

    /**
     * The same with that component in that column.
     *
     * @throws IllegalArgumentException when there is no such component, or the name cannot be one
     */
    public Table<T> column(String component, String column) {
        requireComponents("column", component);
        requireName(toString() + " column of " + component, column);
        return changed(one -> one.component().equals(component), one -> column, false);
    }

    private Table<T> changed(Predicate<Column> which, Function<Column, String> name, boolean generated) {
        var changed = columns.stream()
                .map(column -> which.test(column)
                        ? new Column(
                                column.component(), column.index(), name.apply(column), generated || column.generated())
                        : column)
                .toList();
        var names = new HashSet<String>();
        for (var column : changed) {
            if (!names.add(column.name())) {
                throw new IllegalArgumentException(
                        this + ": column " + column.name() + " is named by two components; give each its own");
            }
        }
        var renamed = new Table<>(path, type, changed, List.of());
        return new Table<>(
                path,
                type,
                changed,
                ids.stream().map(id -> renamed.columnOf(id.component())).toList());
    }

    /** The name, with its schema if it has one. */
    public String name() {
        return name;
    }

    /** The record of its rows. */
    public Class<T> type() {
        return type;
    }

    /** The names of the id components in order; empty when it has none. */
    public List<String> idComponents() {
        return ids.stream().map(id -> id.component()).toList();
    }

    List<String> path() {
        return path;
    }

    List<Column> columns() {
        return columns;
    }

    List<Column> ids() {
        return ids;
    }

    Operations operations() {
        return operations;
    }

    /** How rows become records. */
    Mapping<T> mapping() {
        return mapping;
    }

    /** The value of a column in a row. */
    @Nullable
    Object value(T row, Column column) {
        return values.value(row, column.index());
    }

    /** Its statements, with names in these quotes. */
    TableSql sql(char quote) {
        var made = lastSql;
        if (made == null || made.quote() != quote) {
            made = TableSql.of(this, quote);
            lastSql = made;
        }
        return made;
    }

    /** Such as {@code Table[sales.orders, Order]}. */
    @Override
    public String toString() {
        return "Table[" + name() + ", " + type.getSimpleName() + "]";
    }

    private Column columnOf(String component) {
        return columns.stream()
                .filter(column -> column.component().equals(component))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(this + ": " + type.getSimpleName()
                        + " has no component \"" + component + "\"; it has "
                        + columns.stream().map(column -> column.component()).collect(Collectors.joining(", "))));
    }

    private void requireComponents(String what, String... components) {
        if (components.length == 0) {
            throw new IllegalArgumentException(this + ": " + what + "() needs at least one component");
        }
        var seen = new HashSet<String>();
        for (var component : components) {
            columnOf(Objects.requireNonNull(component, what));
            if (!seen.add(component)) {
                throw new IllegalArgumentException(this + ": " + what + "() names \"" + component + "\" twice");
            }
        }
    }

    private static void requireName(String where, String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(where + ": \"" + name.replaceAll("\\p{Cntrl}", "?")
                    + "\" cannot be a name: it must not be blank, have more than " + LONGEST_NAME
                    + " characters, or control characters");
        }
    }
}
