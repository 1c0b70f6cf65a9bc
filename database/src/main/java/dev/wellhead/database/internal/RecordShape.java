// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A record that rows are read into, looked at once: its constructor and how each component is read.
 *
 * @param type the record
 * @param constructor the canonical one, accessible
 * @param parts one for each component, in order
 */
record RecordShape(Class<?> type, Constructor<?> constructor, List<Part> parts) {

    /** What stands for NULL. */
    enum Presence {
        /** Nothing: a primitive. */
        PRIMITIVE,
        /** Null; but a nested record is made even when all its columns are NULL. */
        REFERENCE,
        /** Null: annotated with an annotation whose name is Nullable. */
        NULLABLE,
        /** The empty {@link Optional}. */
        OPTIONAL
    }

    /** A component. */
    sealed interface Part {
        /** Of the component; with those of the records around it in front, parted by dots. */
        String path();

        Presence presence();

        /** Of the component as the constructor takes it: a type variable is erased. */
        Class<?> declared();
    }

    /**
     * A component that is read from one column.
     *
     * @param path see {@link Part}
     * @param presence see {@link Part}
     * @param declared see {@link Part}
     * @param type what the column is read as
     * @param conversion reads it
     */
    record Leaf(String path, Presence presence, Class<?> declared, JavaType type, Conversion conversion)
            implements Part {}

    /**
     * A component that is a record.
     *
     * @param path see {@link Part}
     * @param presence see {@link Part}
     * @param declared see {@link Part}
     * @param shape of the record
     */
    record Nested(String path, Presence presence, Class<?> declared, RecordShape shape) implements Part {}

    /**
     * Looks at a record.
     *
     * @param type a record
     * @return with all nested ones
     * @throws MappingProblem when rows cannot be mapped to it; names all components that are in the way
     */
    static RecordShape of(Class<?> type) {
        var problems = new ArrayList<String>();
        RecordShape shape = new Looking(problems).at(new JavaType(type, List.of()), "", Set.of());
        shape.findClashes(problems);
        if (!problems.isEmpty()) {
            throw new MappingProblem(Mapping.start(Mapping.name(type)) + String.join("; ", problems));
        }
        return shape;
    }

    /** All components that are read from one column, those of nested records in their place. */
    Stream<Leaf> leaves() {
        return parts.stream()
                .flatMap(part -> part instanceof Nested nested ? nested.shape().leaves() : Stream.of((Leaf) part));
    }

    private void findClashes(List<String> problems) {
        var seen = new TreeSet<String>();
        leaves().filter(leaf -> !seen.add(Names.normal(leaf.path())))
                .forEach(leaf -> problems.add("component " + leaf.path() + " has the same name as another but for"
                        + " upper case, underscores or nesting, and columns could not tell them apart; rename one"));
    }

    /** Collects the problems on the way down. */
    private record Looking(List<String> problems) {

        RecordShape at(JavaType type, String prefix, Set<Class<?>> around) {
            RecordComponent[] components = type.raw().getRecordComponents();
            if (components.length == 0) {
                problems.add(place(prefix) + "has no components; give it one for each column");
            }
            List<Part> parts = new ArrayList<>();
            for (RecordComponent component : components) {
                String path = prefix + component.getName();
                try {
                    parts.add(part(component, path, type.variables(), plus(around, type.raw())));
                } catch (Unfit e) {
                    problems.add("component " + path + " " + e.rule());
                }
            }
            return new RecordShape(type.raw(), constructor(type.raw(), components), List.copyOf(parts));
        }

        private Part part(
                RecordComponent component, String path, Map<String, JavaType> variables, Set<Class<?>> around) {
            JavaType declared = JavaType.of(component.getGenericType(), variables);
            Presence presence = presence(component, declared);
            JavaType type = declared;
            if (presence == Presence.OPTIONAL) {
                if (declared.arguments().isEmpty()) {
                    throw new Unfit("is an Optional without a type; write it, such as Optional<String>");
                }
                type = declared.arguments().get(0);
            }
            if (!type.raw().isRecord()) {
                return new Leaf(path, presence, component.getType(), type, Simple.conversion(type));
            }
            if (around.contains(type.raw())) {
                throw new Unfit("is of record " + type.text() + ", which is around it already, and a row has no end"
                        + " then; use a RowMapper");
            }
            return new Nested(path, presence, component.getType(), at(type, path + ".", around));
        }

        private Constructor<?> constructor(Class<?> type, RecordComponent[] components) {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                return constructor;
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("record " + type.getName() + " has no canonical constructor", e);
            } catch (InaccessibleObjectException e) {
                throw new MappingProblem(Mapping.start(Mapping.name(type)) + Modules.closed(type));
            }
        }

        private static String place(String prefix) {
            return prefix.isEmpty() ? "it " : "component " + prefix.substring(0, prefix.length() - 1) + " ";
        }

        private static Set<Class<?>> plus(Set<Class<?>> around, Class<?> type) {
            return Stream.concat(around.stream(), Stream.of(type)).collect(Collectors.toSet());
        }

        private static Presence presence(RecordComponent component, JavaType declared) {
            if (declared.raw().isPrimitive()) {
                return Presence.PRIMITIVE;
            }
            if (declared.raw() == Optional.class) {
                return Presence.OPTIONAL;
            }
            return Stream.of(
                                    component.getAnnotations(),
                                    component.getAnnotatedType().getAnnotations())
                            .flatMap(Arrays::stream)
                            .anyMatch(found ->
                                    found.annotationType().getSimpleName().equals("Nullable"))
                    ? Presence.NULLABLE
                    : Presence.REFERENCE;
        }
    }
}
