// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Statements, results and metadata of a {@link FakeConnection}: a query gives one row with 1, an update counts 1. */
final class FakeStatements {
    private FakeStatements() {}

    static <T extends Statement> T statement(FakeConnection connection, Class<T> type) {
        StatementState state = new StatementState(connection);
        return FakeConnection.proxy(type, (self, method, arguments) -> state.invoke(self, method, arguments));
    }

    static <T> T metaData(FakeConnection connection, String url, Class<T> type) {
        Map<String, Object> answers = Map.of(
                "getURL", url,
                "getUserName", "fake",
                "getDatabaseProductName", "Fake",
                "getDatabaseProductVersion", "1.0",
                "getDriverName", "Wellhead fake driver",
                "getDriverVersion", "1.0",
                "getConnection", connection.jdbc());
        return FakeConnection.proxy(type, (self, method, arguments) -> {
            Object answer = answers.get(method.getName());
            return answer != null ? answer : common(self, method, arguments);
        });
    }

    /** The state of one statement; JDBC objects are for one thread at a time. */
    private static final class StatementState {
        private final FakeConnection connection;
        private final Map<String, Object> settings = new ConcurrentHashMap<>(
                Map.of("QueryTimeout", 0, "MaxRows", 0, "FetchSize", 0, "MaxFieldSize", 0, "LargeMaxRows", 0L));
        private volatile boolean isClosed;
        private volatile boolean isQuery;
        private final AtomicInteger batched = new AtomicInteger();

        StatementState(FakeConnection connection) {
            this.connection = connection;
        }

        @Nullable
        Object invoke(Object self, Method method, Object @Nullable [] arguments) throws SQLException {
            String name = method.getName();
            if (name.startsWith("execute")) {
                requireOpen();
                connection.perform(FakeOperation.EXECUTE, name);
                connection.statementExecuted();
                return executed(self, name, arguments);
            }
            switch (name) {
                case "close":
                    isClosed = true;
                    return null;
                case "isClosed":
                    return isClosed || connection.isClosed();
                case "getConnection":
                    return connection.jdbc();
                case "addBatch":
                    batched.incrementAndGet();
                    return null;
                case "clearBatch":
                    batched.set(0);
                    return null;
                case "getResultSet":
                    return isQuery ? rows(self) : null;
                case "getUpdateCount":
                    return isQuery ? -1 : 1;
                default:
                    return setting(self, method, arguments);
            }
        }

        private @Nullable Object executed(Object self, String name, Object @Nullable [] arguments) {
            switch (name) {
                case "executeQuery":
                    isQuery = true;
                    return rows(self);
                case "executeBatch":
                    int[] counts = new int[batched.getAndSet(0)];
                    Arrays.fill(counts, 1);
                    return counts;
                case "execute":
                    String sql = arguments == null ? "select" : String.valueOf(arguments[0]);
                    isQuery = sql.strip().toLowerCase(Locale.ROOT).startsWith("select");
                    return isQuery;
                case "executeUpdate":
                    isQuery = false;
                    return 1;
                case "executeLargeUpdate":
                    isQuery = false;
                    return 1L;
                default:
                    long[] large = new long[batched.getAndSet(0)];
                    Arrays.fill(large, 1L);
                    return large;
            }
        }

        private @Nullable Object setting(Object self, Method method, Object @Nullable [] arguments)
                throws SQLException {
            String key = method.getName().replaceFirst("^(get|set|is)", "");
            if (settings.containsKey(key)) {
                return arguments == null ? settings.get(key) : keep(key, arguments[0]);
            }
            return common(self, method, arguments);
        }

        private @Nullable Object keep(String key, Object value) {
            settings.put(key, value);
            return null;
        }

        private void requireOpen() throws SQLException {
            if (isClosed) {
                throw new SQLException("This statement has been closed.", "55000");
            }
        }
    }

    private static ResultSet rows(Object statement) {
        // -1 before the row, 0 on it, 1 after it, 2 closed.
        int[] position = {-1};
        return FakeConnection.proxy(ResultSet.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "next":
                    position[0] = Math.min(1, position[0] + 1);
                    return position[0] == 0;
                case "close":
                    position[0] = 2;
                    return null;
                case "isClosed":
                    return position[0] == 2;
                case "getInt":
                    return 1;
                case "getLong":
                    return 1L;
                case "getString":
                    return "1";
                case "getObject":
                    return 1;
                case "getBoolean":
                    return true;
                case "wasNull":
                    return false;
                case "getStatement":
                    return statement;
                default:
                    return common(self, method, arguments);
            }
        });
    }

    private static @Nullable Object common(Object self, Method method, Object @Nullable [] arguments)
            throws SQLException {
        Object first = arguments == null ? null : arguments[0];
        Class<?> type = method.getReturnType();
        switch (method.getName()) {
            case "toString":
                return "fake " + method.getDeclaringClass().getSimpleName();
            case "hashCode":
                return System.identityHashCode(self);
            case "equals":
                return self == first;
            case "isWrapperFor":
                return first instanceof Class<?> wanted && wanted.isInstance(self);
            case "unwrap":
                if (first instanceof Class<?> wanted && wanted.isInstance(self)) {
                    return self;
                }
                throw new SQLException("Not a wrapper for " + first);
            case "getWarnings":
                return null;
            default:
                if (type == void.class) {
                    return null;
                }
                if (type == boolean.class) {
                    return false;
                }
                if (type == int.class) {
                    return method.getName().equals("getResultSetHoldability") ? ResultSet.HOLD_CURSORS_OVER_COMMIT : 0;
                }
                throw new SQLFeatureNotSupportedException("The fake driver has no "
                        + method.getDeclaringClass().getSimpleName() + "." + method.getName() + " of "
                        + Connection.class.getSimpleName());
        }
    }
}
