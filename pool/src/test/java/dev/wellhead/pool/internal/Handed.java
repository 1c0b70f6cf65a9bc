// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * One handle of each kind, on one connection of a recording driver, and the methods of their interfaces.
 *
 * @param driver what is below
 * @param entry the pool's side
 * @param connection the handle that the others came from
 * @param all handle by its JDBC interface
 */
record Handed(RecordingDriver driver, PoolEntry entry, Connection connection, Map<Class<?>, Object> all) {

    static final List<Class<?>> INTERFACES = List.of(
            Connection.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            ResultSet.class,
            DatabaseMetaData.class);

    static Handed make() throws SQLException {
        var driver = new RecordingDriver();
        var entry = Entries.entry(driver.connection());
        var connection = entry.handOut();
        var statement = connection.createStatement();
        Map<Class<?>, Object> all = Map.of(
                Connection.class,
                connection,
                Statement.class,
                statement,
                PreparedStatement.class,
                connection.prepareStatement("SELECT 1"),
                CallableStatement.class,
                connection.prepareCall("{call f()}"),
                ResultSet.class,
                statement.executeQuery("SELECT 2"),
                DatabaseMetaData.class,
                connection.getMetaData());
        driver.forget();
        return new Handed(driver, entry, connection, all);
    }

    /** What is to be seen with one method of a fresh set of handles. */
    interface Check {
        void run(Handed handed, Class<?> iface, Method method) throws Throwable;
    }

    /** One test an interface, of all its methods that are wanted, each with handles of its own. */
    static Stream<DynamicTest> eachMethod(
            List<Class<?>> interfaces, BiPredicate<Class<?>, Method> wanted, Check check) {
        return interfaces.stream()
                .map(iface -> DynamicTest.dynamicTest(iface.getSimpleName(), () -> {
                    var methods = methods(iface, make().all().get(iface))
                            .filter(m -> wanted.test(iface, m))
                            .toList();
                    assertThat(methods).hasSizeGreaterThan(40);
                    for (var method : methods) {
                        try {
                            check.run(make(), iface, method);
                        } catch (Throwable e) {
                            throw new AssertionError(method + ": " + e.getMessage(), e);
                        }
                    }
                }));
    }

    /** What a handle of that interface must have: on newer JDKs without the default methods that came after 17. */
    static Stream<Method> methods(Class<?> iface, Object handle) {
        return Stream.of(iface.getMethods())
                .filter(m -> !java.lang.reflect.Modifier.isStatic(m.getModifiers()))
                .filter(m -> Runtime.version().feature() == 17 || !isLeftToDefault(m, handle))
                .sorted(Comparator.comparing(Method::toString));
    }

    /** Whether the handle has only what the interface itself brings. */
    static boolean isLeftToDefault(Method method, Object handle) {
        try {
            return handle.getClass()
                    .getMethod(method.getName(), method.getParameterTypes())
                    .getDeclaringClass()
                    .isInterface();
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /** Calls with an argument of each type that no driver would choke on. */
    static @Nullable Object call(Object handle, Method method) throws Throwable {
        return call(handle, method, arguments(method));
    }

    static @Nullable Object call(Object handle, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(handle, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    static Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(Handed::argument).toArray();
    }

    private static @Nullable Object argument(Class<?> type) {
        if (type.isPrimitive()) {
            return type == int.class ? (Object) 1 : RecordingDriver.primitive(type);
        }
        if (type == String.class) {
            return "text";
        }
        if (type == Class.class) {
            return StringBuilder.class;
        }
        if (type == Executor.class) {
            Executor atOnce = Runnable::run;
            return atOnce;
        }
        if (type == Properties.class) {
            return new Properties();
        }
        return type == Map.class ? Map.of() : null;
    }
}
