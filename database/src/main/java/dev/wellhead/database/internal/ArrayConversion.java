// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.lang.reflect.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * SQL arrays of one dimension as Java arrays, lists and sets. Elements are read as columns of their type are; the ones
 * that the driver gives in the right class already are taken as they are.
 *
 * @param element how one element is read
 * @param elementType the class of an element, a primitive for an array of primitives
 * @param form makes the result of the elements
 * @param name of the Java type, for error texts
 */
record ArrayConversion(Conversion element, Class<?> elementType, Function<@Nullable Object[], Object> form, String name)
        implements Conversion {

    /** Where the element stands in the result that JDBC makes of an array. */
    private static final int VALUE = 2;

    /** Lists and sets that a component may be declared as. */
    static final Map<Class<?>, Function<@Nullable Object[], Object>> COLLECTIONS = Map.of(
            List.class, ArrayConversion::list,
            Collection.class, ArrayConversion::list,
            Iterable.class, ArrayConversion::list,
            Set.class, ArrayConversion::set);

    @Override
    public Extract extract(Column column) throws SQLException {
        return switch (column.holds()) {
            case ARRAYS -> (row, index) -> read(row, index, column.dialect());
            default -> throw Refusals.type(column, name, "it is no array; " + Refusals.CAST);
        };
    }

    @Override
    public Compared compared() {
        return Compared.NOTHING;
    }

    private @Nullable Object read(ResultSet row, int index, Dialect dialect) throws SQLException {
        java.sql.@Nullable Array array = row.getArray(index);
        if (array == null) {
            return null;
        }
        try {
            @Nullable Object[] elements = elements(array, dialect);
            if (elementType.isPrimitive()) {
                requireNoNull(elements);
            }
            return form.apply(elements);
        } finally {
            array.free();
        }
    }

    private @Nullable Object[] elements(java.sql.Array array, Dialect dialect) throws SQLException {
        if (Simple.isTakenAsGiven(Simple.boxed(elementType))
                && array.getArray() instanceof Object[] given
                && given.getClass().getComponentType() == Simple.boxed(elementType)) {
            return given;
        }
        List<@Nullable Object> elements = new ArrayList<>();
        try (ResultSet values = array.getResultSet()) {
            Column column = Column.of(values.getMetaData(), VALUE, dialect);
            if (column.holds() == Column.Holds.ARRAYS) {
                throw new Unfit("is an array of arrays, and " + name + " has one dimension; use a RowMapper");
            }
            Extract extract = element.extract(column);
            while (values.next()) {
                elements.add(element(extract, values, elements.size()));
            }
        }
        return elements.toArray();
    }

    private static @Nullable Object element(Extract extract, ResultSet values, int number) throws SQLException {
        try {
            return extract.from(values, VALUE);
        } catch (Unfit e) {
            throw new Unfit("in element " + number + " " + e.rule());
        }
    }

    private void requireNoNull(@Nullable Object[] elements) {
        for (int i = 0; i < elements.length; i++) {
            if (elements[i] == null) {
                throw new Unfit("is NULL in element " + i + ", and " + name + " has no place for it; use "
                        + Simple.boxed(elementType).getSimpleName() + "[] or List<"
                        + Simple.boxed(elementType).getSimpleName() + ">, or leave NULLs out in the query"
                        + " (array_remove)");
            }
        }
    }

    /** The form that is a Java array. */
    static Function<@Nullable Object[], Object> arrayOf(Class<?> elementType) {
        return elements -> {
            if (elements.getClass().getComponentType() == elementType) {
                return elements;
            }
            Object array = Array.newInstance(elementType, elements.length);
            for (int i = 0; i < elements.length; i++) {
                Array.set(array, i, elements[i]);
            }
            return array;
        };
    }

    private static List<@Nullable Object> list(@Nullable Object[] elements) {
        return Collections.unmodifiableList(Arrays.<@Nullable Object>asList(elements));
    }

    private static Set<@Nullable Object> set(@Nullable Object[] elements) {
        return Collections.unmodifiableSet(
                new LinkedHashSet<@Nullable Object>(Arrays.<@Nullable Object>asList(elements)));
    }
}
