// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A driver that writes down each call, keeps the settings of its connection, and gives empty answers. */
final class RecordingDriver {

    /**
     * One call.
     *
     * @param type the JDBC interface that it was made on
     * @param name the method
     * @param arguments what was given
     */
    record Call(Class<?> type, String name, List<@Nullable Object> arguments) {}

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Object> settings = new ConcurrentHashMap<>(Map.of(
            "AutoCommit",
            true,
            "ReadOnly",
            false,
            "TransactionIsolation",
            Connection.TRANSACTION_READ_COMMITTED,
            "Schema",
            "first"));
    private final Map<String, Object> answers = new ConcurrentHashMap<>();
    private volatile @Nullable SQLException failure;

    Connection connection() {
        return make(Connection.class);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    List<String> names() {
        return calls.stream().map(Call::name).toList();
    }

    void forget() {
        calls.clear();
    }

    /** What the method of that name returns from now on. */
    void answer(String name, Object value) {
        answers.put(name, value);
    }

    /** Every call fails from now on; null: none does. */
    void failWith(@Nullable SQLException error) {
        failure = error;
    }

    <T> T make(Class<T> type) {
        InvocationHandler handler = (proxy, method, arguments) -> invoke(type, proxy, method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private @Nullable Object invoke(Class<?> type, Object proxy, Method method, Object @Nullable [] given)
            throws SQLException {
        var arguments = given == null ? new Object[0] : given;
        var name = method.getName();
        if (method.getDeclaringClass() == Object.class) {
            return switch (name) {
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> type.getSimpleName();
            };
        }
        calls.add(new Call(type, name, Arrays.asList(arguments)));
        var error = failure;
        if (error != null) {
            throw error;
        }
        if (answers.containsKey(name)) {
            return answers.get(name);
        }
        if (type == Connection.class) {
            var setting = name.replaceFirst("^(set|get|is)", "");
            if (name.startsWith("set") && arguments.length == 1 && arguments[0] != null) {
                settings.put(setting, arguments[0]);
            } else if (settings.containsKey(setting)) {
                return settings.get(setting);
            }
        }
        return empty(method.getReturnType());
    }

    private @Nullable Object empty(Class<?> type) {
        if (type.isPrimitive()) {
            return type == void.class ? null : primitive(type);
        }
        if (type.isArray()) {
            return java.lang.reflect.Array.newInstance(type.getComponentType(), 0);
        }
        if (type == Properties.class) {
            return new Properties();
        }
        if (type == Map.class) {
            return Map.of();
        }
        return type.isInterface() && type.getName().startsWith("java.sql.") ? make(type) : null;
    }

    /** The zero of a primitive type. */
    static Object primitive(Class<?> type) {
        return java.lang.reflect.Array.get(java.lang.reflect.Array.newInstance(type, 1), 0);
    }
}
