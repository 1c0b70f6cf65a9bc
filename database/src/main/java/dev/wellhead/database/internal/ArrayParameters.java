// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Java arrays and collections as SQL arrays. The type of the elements is that of the first one that is not null. Where
 * there is none, and for enums and durations, PostgreSQL gets the array as a text without a type, and gives it the type
 * of its place.
 *
 * @param dialect of the database
 */
record ArrayParameters(Dialect dialect) {

    /** Types of elements, by the names that PostgreSQL has for them; other databases take the type of the elements. */
    private static final Map<Class<?>, String> TYPES = Map.ofEntries(
            Map.entry(String.class, "text"),
            Map.entry(Character.class, "text"),
            Map.entry(Integer.class, "int4"),
            Map.entry(Long.class, "int8"),
            Map.entry(Short.class, "int2"),
            Map.entry(Byte.class, "int2"),
            Map.entry(Double.class, "float8"),
            Map.entry(Float.class, "float4"),
            Map.entry(Boolean.class, "bool"),
            Map.entry(BigDecimal.class, "numeric"),
            Map.entry(BigInteger.class, "numeric"),
            Map.entry(UUID.class, "uuid"),
            Map.entry(byte[].class, "bytea"),
            Map.entry(Instant.class, "timestamptz"),
            Map.entry(OffsetDateTime.class, "timestamptz"),
            Map.entry(ZonedDateTime.class, "timestamptz"),
            Map.entry(LocalDateTime.class, "timestamp"),
            Map.entry(LocalDate.class, "date"),
            Map.entry(LocalTime.class, "time"),
            Map.entry(OffsetTime.class, "timetz"));

    /**
     * Says why it cannot be an SQL array.
     *
     * @param value an array or a collection
     * @return as {@link Parameters#refusal}
     */
    @Nullable
    String refusal(Object value) {
        if (value instanceof byte[]) {
            return null;
        }
        if (!dialect.hasArrays()) {
            return "is " + name(value) + ", and " + (dialect == Dialect.MYSQL ? "MySQL" : "SQLite")
                    + " has no arrays; use it in IN (...), or give its elements one by one";
        }
        @Nullable Class<?> first = null;
        int number = 0;
        for (Object element : elements(value)) {
            if (element != null) {
                Class<?> type = element.getClass();
                if (!isElement(element)) {
                    return "has an element of type " + type.getName() + " at " + number
                            + ", which is no element of an SQL array; give simple values (text, numbers, times, UUIDs,"
                            + " enums)";
                }
                if (first != null && kind(type) != kind(first)) {
                    return "has elements of type " + first.getSimpleName() + " and, at " + number + ", "
                            + type.getSimpleName() + "; an SQL array has one type, so give all elements the same";
                }
                first = type;
            }
            number++;
        }
        return null;
    }

    /**
     * Sets it.
     *
     * @param statement to set it in
     * @param index of the parameter, from 1
     * @param value an array or a collection
     * @throws SQLException from the driver
     * @throws IllegalArgumentException when it cannot be an SQL array
     */
    void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        @Nullable String refusal = refusal(value);
        if (refusal != null) {
            throw new IllegalArgumentException("parameter " + index + " " + refusal);
        }
        @Nullable Object[] elements = elements(value);
        @Nullable Object first = first(elements);
        @Nullable String type = first == null ? null : TYPES.get(first.getClass());
        for (int i = 0; i < elements.length; i++) {
            elements[i] = element(elements[i]);
        }
        if (dialect == Dialect.POSTGRESQL && type == null) {
            statement.setObject(index, literal(elements), Types.OTHER);
            return;
        }
        String sqlType = type == null ? "text" : type;
        if (first instanceof byte[]) {
            // PostgreSQL's driver refuses byte arrays in an array of objects.
            elements = Arrays.copyOf(elements, elements.length, byte[][].class);
        }
        java.sql.Array array = statement
                .getConnection()
                .createArrayOf(dialect == Dialect.POSTGRESQL ? sqlType : sqlType.toUpperCase(Locale.ROOT), elements);
        statement.setArray(index, array);
    }

    private static boolean isElement(Object element) {
        return TYPES.containsKey(element.getClass()) || element instanceof Enum || element instanceof Duration;
    }

    private static Object kind(Class<?> type) {
        @Nullable String known = TYPES.get(type);
        return known != null ? known : Enum.class.isAssignableFrom(type) ? "enum" : "interval";
    }

    private @Nullable Object element(@Nullable Object element) {
        if (element instanceof Enum<?> constant) {
            return constant.name();
        }
        if (element instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (element instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime();
        }
        if (element instanceof Character character) {
            return character.toString();
        }
        if (element instanceof Byte number) {
            return number.shortValue();
        }
        return element;
    }

    /** A copy of the elements, with what an Optional holds in place of it. */
    private static @Nullable Object[] elements(Object value) {
        if (value instanceof Collection<?> collection) {
            return unwrapped(collection.toArray());
        }
        var elements = new @Nullable Object[Array.getLength(value)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Array.get(value, i);
        }
        return unwrapped(elements);
    }

    private static @Nullable Object[] unwrapped(@Nullable Object[] elements) {
        var unwrapped = new @Nullable Object[elements.length];
        for (int i = 0; i < elements.length; i++) {
            unwrapped[i] = elements[i] instanceof Optional<?> optional ? optional.orElse(null) : elements[i];
        }
        return unwrapped;
    }

    private static @Nullable Object first(@Nullable Object[] elements) {
        for (Object element : elements) {
            if (element != null) {
                return element;
            }
        }
        return null;
    }

    private static String literal(@Nullable Object[] elements) {
        var text = new StringBuilder("{");
        for (int i = 0; i < elements.length; i++) {
            @Nullable Object element = elements[i];
            text.append(i == 0 ? "" : ",");
            if (element == null) {
                text.append("NULL");
            } else {
                text.append('"')
                        .append(element.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        }
        return text.append('}').toString();
    }

    private static String name(Object value) {
        return value instanceof Collection ? "a collection" : "an array";
    }
}
