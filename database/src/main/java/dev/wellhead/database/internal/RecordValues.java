// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The components of a record by name, for named parameters. Those of a nested record are in its place, with its name in
 * front; they are null when it is. Immutable; made once per class and kept with it.
 */
public final class RecordValues {

    private static final ClassValue<RecordValues> OF = new ClassValue<>() {
        @Override
        protected RecordValues computeValue(Class<?> type) {
            List<Reading> readings = new ArrayList<>();
            collect(type, "", List.of(), readings);
            return new RecordValues(List.copyOf(readings));
        }
    };

    private final List<Reading> readings;
    private final List<String> names;
    private final Map<String, Integer> indexes;

    /**
     * A component that is no record.
     *
     * @param path its name, with those of the records around it in front, parted by dots
     * @param accessors from the outermost record to the value
     */
    private record Reading(String path, List<MethodHandle> accessors) {
        @Nullable
        Object of(Record record) {
            @Nullable Object value = record;
            for (int i = 0; i < accessors.size() && value != null; i++) {
                try {
                    value = (Object) accessors.get(i).invokeExact(value);
                } catch (Throwable e) {
                    throw Thrown.asItIs(e);
                }
                if (i + 1 < accessors.size() && value instanceof Optional<?> optional) {
                    value = optional.orElse(null);
                }
            }
            return value;
        }
    }

    private RecordValues(List<Reading> readings) {
        this.readings = readings;
        this.names = readings.stream().map(Reading::path).toList();
        Map<String, Integer> byName = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byName.putIfAbsent(names.get(i), i);
        }
        for (int i = 0; i < names.size(); i++) {
            byName.putIfAbsent(Names.snakeCase(names.get(i)), i);
        }
        this.indexes = Map.copyOf(byName);
    }

    /**
     * Looks at a record once.
     *
     * @param type a record
     * @return the same each time
     * @throws IllegalArgumentException when its module keeps it to itself
     */
    public static RecordValues of(Class<? extends Record> type) {
        return OF.get(type);
    }

    /**
     * The names of the components.
     *
     * @return in order; {@code address.street} for those of a nested record
     */
    public List<String> names() {
        return names;
    }

    /**
     * Finds a component.
     *
     * @param name as in {@link #names}, or in snake_case ({@code address_street})
     * @return from 0; -1 when there is none
     */
    public int indexOf(String name) {
        return indexes.getOrDefault(name, -1);
    }

    /**
     * Reads a component. What its accessor throws comes through as it is.
     *
     * @param record of the type
     * @param index from 0
     * @return as the accessor gives it; null when a record around it is null
     */
    public @Nullable Object value(Record record, int index) {
        return readings.get(index).of(record);
    }

    /**
     * The column that a component belongs to by name.
     *
     * @param component name of a component, or the path of a nested one
     * @return in snake_case: {@code street_name} for {@code streetName}
     */
    public static String column(String component) {
        return Names.snakeCase(component);
    }

    private static void collect(Class<?> type, String prefix, List<Class<?>> around, List<Reading> readings) {
        collect(type, prefix, around, List.of(), readings);
    }

    private static void collect(
            Class<?> type, String prefix, List<Class<?>> around, List<MethodHandle> accessors, List<Reading> readings) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + component.getName();
            List<MethodHandle> chain = new ArrayList<>(accessors);
            chain.add(handle(component));
            Class<?> held = held(component);
            if (held.isRecord() && held != type && !around.contains(held)) {
                List<Class<?>> inside = new ArrayList<>(around);
                inside.add(type);
                collect(held, path + ".", inside, chain, readings);
            } else {
                readings.add(new Reading(path, List.copyOf(chain)));
            }
        }
    }

    /** The type, without an Optional around it. */
    private static Class<?> held(RecordComponent component) {
        if (component.getType() != Optional.class) {
            return component.getType();
        }
        try {
            List<JavaType> arguments =
                    JavaType.of(component.getGenericType(), Map.of()).arguments();
            return arguments.isEmpty() ? Object.class : arguments.get(0).raw();
        } catch (Unfit unknownVariable) {
            // A type variable: what it stands for is not needed to hand the value on as it is.
            return Object.class;
        }
    }

    private static MethodHandle handle(RecordComponent component) {
        Method accessor = component.getAccessor();
        try {
            accessor.setAccessible(true);
            return MethodHandles.lookup().unreflect(accessor).asType(methodType(Object.class, Object.class));
        } catch (InaccessibleObjectException e) {
            Class<?> type = component.getDeclaringRecord();
            throw new IllegalArgumentException("record " + type.getName() + " cannot be read: " + Modules.closed(type));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the accessor " + accessor + " was accessible", e);
        }
    }
}
