// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A Java type with its type arguments resolved.
 *
 * @param raw the class
 * @param arguments of a generic class; the element of an array; empty for anything else and for a raw class
 */
record JavaType(Class<?> raw, List<JavaType> arguments) {

    /**
     * Resolves a type as it stands in a source.
     *
     * @param type of a component
     * @param variables what the type variables of the record around it stand for
     * @return resolved
     * @throws Unfit when a type variable stands for nothing known
     */
    static JavaType of(Type type, Map<String, JavaType> variables) {
        if (type instanceof Class<?> raw) {
            return raw.isArray()
                    ? new JavaType(raw, List.of(of(raw.getComponentType(), variables)))
                    : new JavaType(raw, List.of());
        }
        if (type instanceof ParameterizedType generic) {
            List<JavaType> arguments = Arrays.stream(generic.getActualTypeArguments())
                    .map(argument -> of(argument, variables))
                    .toList();
            return new JavaType((Class<?>) generic.getRawType(), arguments);
        }
        if (type instanceof GenericArrayType array) {
            JavaType element = of(array.getGenericComponentType(), variables);
            return new JavaType(element.raw().arrayType(), List.of(element));
        }
        if (type instanceof WildcardType wildcard) {
            return of(wildcard.getUpperBounds()[0], variables);
        }
        JavaType known = variables.get(((TypeVariable<?>) type).getName());
        if (known == null) {
            throw new Unfit("has the type variable " + type.getTypeName()
                    + ", whose type is not known at run time; use a record with the type written out");
        }
        return known;
    }

    /** What the type variables of this class stand for. */
    Map<String, JavaType> variables() {
        TypeVariable<?>[] names = raw.getTypeParameters();
        Map<String, JavaType> variables = new HashMap<>();
        for (int i = 0; i < arguments.size() && i < names.length; i++) {
            variables.put(names[i].getName(), arguments.get(i));
        }
        return variables;
    }

    /** The type as one would write it, with simple names. */
    String text() {
        if (raw.isArray() || arguments.isEmpty()) {
            return raw.getSimpleName();
        }
        return raw.getSimpleName() + arguments.stream().map(JavaType::text).collect(Collectors.joining(", ", "<", ">"));
    }
}
