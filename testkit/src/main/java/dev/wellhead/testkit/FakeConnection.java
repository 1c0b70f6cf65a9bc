// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link FakeDriver}, from the test's side; the JDBC side is what the driver handed out ({@code
 * connection.unwrap(FakeConnection.class)} leads here). For any threads.
 */
public final class FakeConnection {
    private final FakeDriver driver;
    private final int number;
    private final Connection jdbc;
    private final Map<FakeOperation, FakeBehavior> behaviors = new ConcurrentHashMap<>();
    private final Map<String, FakeBehavior> methods = new ConcurrentHashMap<>();
    private final Map<String, Object> settings = new ConcurrentHashMap<>();
    private boolean isClosed;
    private boolean isDead;
    private boolean isInTransaction;
    private int begun;
    private int committed;
    private int rolledBack;

    FakeConnection(FakeDriver driver, int number) {
        this.driver = driver;
        this.number = number;
        settings.putAll(Map.of(
                "AutoCommit",
                true,
                "ReadOnly",
                false,
                "TransactionIsolation",
                Connection.TRANSACTION_READ_COMMITTED,
                "Catalog",
                "fake",
                "Schema",
                "public",
                "NetworkTimeout",
                0,
                "Holdability",
                1));
        this.jdbc = proxy(Connection.class, (self, method, arguments) -> invoke(method, arguments));
    }

    /**
     * Its number.
     *
     * @return from 1, in the order of opening
     */
    public int number() {
        return number;
    }

    /**
     * The JDBC side.
     *
     * @return the same that the driver handed out
     */
    public Connection jdbc() {
        return jdbc;
    }

    /**
     * Sets how an operation of this connection goes from now on; it wins over the driver's.
     *
     * @param operation not OPEN
     * @param behavior how
     * @return this
     */
    public FakeConnection on(FakeOperation operation, FakeBehavior behavior) {
        behaviors.put(operation, behavior);
        return this;
    }

    /**
     * Sets how one method of this connection goes from now on; it wins over its operation's.
     *
     * @param method name of a method of {@code Connection}, such as {@code setAutoCommit}
     * @param behavior how; an answer is for methods that return a boolean, null for those that return an object
     * @return this
     */
    public FakeConnection on(String method, FakeBehavior behavior) {
        methods.put(method, behavior);
        return this;
    }

    /** Breaks the connection: hanging and later calls throw 08006, isValid says false, close goes well. */
    public void die() {
        synchronized (driver.monitor()) {
            isDead = true;
            driver.monitor().notifyAll();
        }
    }

    /**
     * Whether it was closed or aborted.
     *
     * @return false while open, also when dead
     */
    public boolean isClosed() {
        synchronized (driver.monitor()) {
            return isClosed;
        }
    }

    /**
     * Whether a transaction is open.
     *
     * @return true from the first statement without auto-commit to commit, rollback or close
     */
    public boolean isInTransaction() {
        synchronized (driver.monitor()) {
            return isInTransaction;
        }
    }

    /**
     * Transactions begun.
     *
     * @return committed, rolled back, and perhaps one open or lost
     */
    public int begun() {
        synchronized (driver.monitor()) {
            return begun;
        }
    }

    /**
     * Transactions committed.
     *
     * @return by commit or by switching auto-commit on
     */
    public int committed() {
        synchronized (driver.monitor()) {
            return committed;
        }
    }

    /**
     * Transactions rolled back.
     *
     * @return by rollback or close
     */
    public int rolledBack() {
        synchronized (driver.monitor()) {
            return rolledBack;
        }
    }

    /** Does an operation as told; returns the scripted answer of isValid, else null. */
    @Nullable
    Boolean perform(FakeOperation operation, String method) throws SQLException {
        driver.record(operation, method, number);
        FakeBehavior behavior = behavior(operation, method);
        boolean wasClosed = isClosed();
        driver.delay(behavior, () -> isClosed || isDead);
        synchronized (driver.monitor()) {
            if (operation == FakeOperation.CLOSE || operation == FakeOperation.ABORT) {
                failAsTold(behavior);
                return null;
            }
            if (isClosed && !wasClosed) {
                throw new SQLException("The fake connection was aborted during the call. number=" + number, "08006");
            }
            if (isClosed) {
                throw new SQLException("This connection has been closed. number=" + number, "08003");
            }
            failAsTold(behavior);
            if (behavior.answer() != null) {
                return behavior.answer();
            }
            if (operation == FakeOperation.VALIDATE) {
                return !isDead;
            }
            if (isDead) {
                throw new SQLException("An I/O error occurred: the fake connection is dead. number=" + number, "08006");
            }
            return null;
        }
    }

    private FakeBehavior behavior(FakeOperation operation, String method) {
        FakeBehavior own = methods.get(method);
        return own != null ? own : behaviors.getOrDefault(operation, driver.behavior(operation));
    }

    void statementExecuted() {
        synchronized (driver.monitor()) {
            if (!isInTransaction && Boolean.FALSE.equals(settings.get("AutoCommit"))) {
                isInTransaction = true;
                begun++;
            }
        }
    }

    private static void failAsTold(FakeBehavior behavior) throws SQLException {
        Supplier<SQLException> failure = behavior.failure();
        if (failure != null) {
            throw failure.get();
        }
    }

    private @Nullable Object invoke(Method method, Object @Nullable [] arguments) throws SQLException {
        String name = method.getName();
        switch (name) {
            case "isValid":
                return isClosed() ? Boolean.FALSE : perform(FakeOperation.VALIDATE, name);
            case "isClosed":
                Boolean told = (methods.containsKey(name) && !isClosed()) ? perform(FakeOperation.OTHER, name) : null;
                return told != null ? told : (Object) isClosed();
            case "close":
                return close();
            case "abort":
                return abort();
            case "commit":
                perform(FakeOperation.COMMIT, name);
                requireNoAutoCommit(name);
                return endTransaction(true);
            case "rollback":
                perform(FakeOperation.ROLLBACK, name);
                requireNoAutoCommit(name);
                return arguments == null ? endTransaction(false) : null;
            case "unwrap", "isWrapperFor", "toString", "hashCode", "equals":
                return identity(name, arguments);
            default:
                Boolean answer = perform(FakeOperation.OTHER, name);
                if (answer != null && method.getReturnType() == boolean.class) {
                    return answer;
                }
                return behavior(FakeOperation.OTHER, name).isNullAnswer() ? null : other(method, arguments);
        }
    }

    private void requireNoAutoCommit(String name) throws SQLException {
        if (Boolean.TRUE.equals(settings.get("AutoCommit"))) {
            throw new SQLException("Cannot " + name + " when autoCommit is enabled.", "25P01");
        }
    }

    private @Nullable Object identity(String name, Object @Nullable [] arguments) throws SQLException {
        Object first = arguments == null ? null : arguments[0];
        switch (name) {
            case "toString":
                return "fake connection " + number;
            case "hashCode":
                return System.identityHashCode(this);
            case "equals":
                return first == jdbc;
            case "isWrapperFor":
                return first == FakeConnection.class || first == Connection.class;
            default:
                if (first == FakeConnection.class) {
                    return this;
                }
                if (first == Connection.class) {
                    return jdbc;
                }
                throw new SQLException("Not a wrapper for " + first);
        }
    }

    private @Nullable Object other(Method method, Object @Nullable [] arguments) throws SQLException {
        String name = method.getName();
        Object first = arguments == null ? null : arguments[0];
        switch (name) {
            case "createStatement":
                return FakeStatements.statement(this, Statement.class);
            case "prepareStatement":
                return FakeStatements.statement(this, PreparedStatement.class);
            case "prepareCall":
                return FakeStatements.statement(this, CallableStatement.class);
            case "getMetaData":
                return FakeStatements.metaData(this, driver.url(), DatabaseMetaData.class);
            case "nativeSQL":
                return first;
            default:
                return setting(method, name, arguments);
        }
    }

    private @Nullable Object setting(Method method, String name, Object @Nullable [] arguments) throws SQLException {
        String key = name.replaceFirst("^(get|set|is)", "");
        boolean isKept = settings.containsKey(key);
        if (isKept && arguments == null) {
            return settings.get(key);
        }
        if (isKept && arguments != null) {
            if (key.equals("AutoCommit") && Boolean.TRUE.equals(arguments[0])) {
                endTransaction(true);
            }
            // setNetworkTimeout has the executor first.
            settings.put(key, arguments[arguments.length - 1]);
            return null;
        }
        if (method.getReturnType() == void.class || name.equals("getWarnings")) {
            return null;
        }
        throw new SQLFeatureNotSupportedException("The fake driver has no Connection." + name);
    }

    private @Nullable Object close() throws SQLException {
        if (!isClosed()) {
            try {
                perform(FakeOperation.CLOSE, "close");
            } finally {
                end();
            }
        }
        return null;
    }

    private @Nullable Object abort() throws SQLException {
        if (!isClosed()) {
            try {
                perform(FakeOperation.ABORT, "abort");
            } finally {
                end();
            }
        }
        return null;
    }

    private void end() {
        synchronized (driver.monitor()) {
            if (!isClosed) {
                isClosed = true;
                endTransaction(false);
                driver.connectionEnded();
                driver.monitor().notifyAll();
            }
        }
    }

    private @Nullable Object endTransaction(boolean isCommit) {
        synchronized (driver.monitor()) {
            if (isInTransaction) {
                isInTransaction = false;
                if (isCommit) {
                    committed++;
                } else {
                    rolledBack++;
                }
            }
        }
        return null;
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
