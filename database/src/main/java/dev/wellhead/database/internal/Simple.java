// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The Java types that one column is read as. */
final class Simple {

    private static final Map<Class<?>, Conversion> CONVERSIONS = conversions();

    private static final Set<Class<?>> TAKEN_AS_GIVEN = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Short.class,
            Boolean.class,
            Double.class,
            Float.class,
            BigDecimal.class,
            UUID.class);

    private static final Map<String, String> INSTEAD = Map.of(
            "java.util.Date", "Instant, LocalDateTime or LocalDate",
            "java.sql.Timestamp", "Instant or LocalDateTime",
            "java.sql.Date", "LocalDate",
            "java.sql.Time", "LocalTime",
            "java.util.OptionalInt", "Optional<Integer>",
            "java.util.OptionalLong", "Optional<Long>",
            "java.util.OptionalDouble", "Optional<Double>",
            "java.util.Map", "String for JSON",
            "java.lang.Object", "the type that the column has");

    private Simple() {}

    /** Whether elements of an array are used as the driver gives them when it gives this class. */
    static boolean isTakenAsGiven(Class<?> type) {
        return TAKEN_AS_GIVEN.contains(type);
    }

    static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }

    /**
     * How a type is read.
     *
     * @param type of a component, a result, or an element of an array
     * @return of one column
     * @throws Unfit when one column is not read as it
     */
    static Conversion conversion(JavaType type) {
        Class<?> raw = type.raw();
        @Nullable Conversion known = CONVERSIONS.get(boxed(raw));
        if (known != null) {
            return known;
        }
        if (raw.isEnum()) {
            return Texts.enums(raw);
        }
        if (raw.isArray()) {
            return array(type.arguments().get(0), type, ArrayConversion.arrayOf(raw.getComponentType()));
        }
        @Nullable Function<@Nullable Object[], Object> collection = ArrayConversion.COLLECTIONS.get(raw);
        if (collection != null) {
            return collection(type, collection);
        }
        throw unknown(raw);
    }

    private static Conversion collection(JavaType type, Function<@Nullable Object[], Object> form) {
        if (type.arguments().isEmpty()) {
            throw new Unfit("is a " + type.text() + " without the type of its elements; write it, such as "
                    + type.text() + "<String>");
        }
        return array(type.arguments().get(0), type, form);
    }

    private static Conversion array(JavaType element, JavaType type, Function<@Nullable Object[], Object> form) {
        boolean isNested = (element.raw().isArray() && element.raw() != byte[].class)
                || Collection.class.isAssignableFrom(element.raw())
                || element.raw() == Optional.class;
        if (isNested) {
            throw new Unfit("is of type " + type.text() + ", and an array has one dimension of simple elements here;"
                    + " use a RowMapper");
        }
        return new ArrayConversion(conversion(element), element.raw(), form, type.text());
    }

    private static Unfit unknown(Class<?> raw) {
        if (raw.isRecord()) {
            return new Unfit("is a list or array of record " + raw.getSimpleName()
                    + ", which no column holds; run a second query, or use a RowMapper");
        }
        @Nullable String instead = INSTEAD.get(raw.getName());
        return new Unfit("is of type " + raw.getName() + ", which no column is read as; use "
                + (instead == null ? "a record, a simple type (text, number, time, UUID, enum, array)" : instead)
                + ", or a RowMapper");
    }

    private static Map<Class<?>, Conversion> conversions() {
        Map<Class<?>, Conversion> all = new HashMap<>();
        all.putAll(Numbers.conversions());
        all.putAll(Texts.conversions());
        all.putAll(Times.conversions());
        return Map.copyOf(all);
    }
}
