// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A driver without locks for races: it fails and dawdles at random by a seed, and is the judge of who uses what.
 *
 * <p>Each physical connection has an owner word. The holder of a handle takes it through {@code nativeSQL("claim n")} and
 * gives it back through {@code nativeSQL("free n")}, before it closes the handle. Two owners at once, or a validation or a
 * close of a connection that has an owner, are kept as {@link #violations()}.
 */
final class RaceDriver implements Driver, AutoCloseable {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int VIOLATIONS_KEPT = 20;

    /**
     * How it misbehaves, in calls of a thousand, and how slow it is at most.
     *
     * @param failedOpens connects that throw
     * @param failedValidations isValid that says no, or throws
     * @param brokenCalls executes that end the connection
     * @param failedEnds close, rollback and setAutoCommit that throw
     * @param mostDelayNanos of a connect or a validation; none is slower
     */
    record Manners(int failedOpens, int failedValidations, int brokenCalls, int failedEnds, long mostDelayNanos) {

        static final Manners GOOD = new Manners(0, 0, 0, 0, 0);
    }

    private final String url = "jdbc:race:" + NAMES.incrementAndGet();
    private final long seed;
    private final AtomicLong rolls = new AtomicLong();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private volatile Manners manners;
    private volatile boolean mayEndHeld;

    RaceDriver(long seed, Manners manners) {
        this.seed = seed;
        this.manners = manners;
        try {
            DriverManager.registerDriver(this);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return url;
    }

    void manners(Manners other) {
        manners = other;
    }

    /** From now on the pool may take connections from their holders. */
    void mayEndHeld() {
        mayEndHeld = true;
    }

    int open() {
        return open.get();
    }

    int mostOpen() {
        return mostOpen.get();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    void violation(String text) {
        if (violations.size() < VIOLATIONS_KEPT) {
            violations.add(text);
        }
    }

    @Override
    public void close() {
        try {
            DriverManager.deregisterDriver(this);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public @Nullable Connection connect(String wanted, Properties info) throws SQLException {
        if (!acceptsURL(wanted)) {
            return null;
        }
        dawdle();
        if (happens(manners.failedOpens())) {
            throw new SQLException("refused at random", "08001");
        }
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        return proxy(Connection.class, new Physical(numbers.incrementAndGet())::invoke);
    }

    /** The same for each seed, whichever thread asks. */
    private long roll() {
        long mixed = (seed + rolls.incrementAndGet()) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return (mixed ^ (mixed >>> 31)) >>> 1;
    }

    private boolean happens(int ofThousand) {
        return ofThousand > 0 && roll() % 1000 < ofThousand;
    }

    private void dawdle() {
        long most = manners.mostDelayNanos();
        if (most > 0) {
            LockSupport.parkNanos(roll() % most);
        }
    }

    private interface Handler {
        @Nullable
        Object invoke(String name, Object[] arguments) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                RaceDriver.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, given) -> answer(self, method, given, handler)));
    }

    private static @Nullable Object answer(Object self, Method method, Object @Nullable [] given, Handler handler)
            throws SQLException {
        var arguments = given == null ? new Object[0] : given;
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> self == arguments[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> "race " + method.getDeclaringClass().getSimpleName();
            };
        }
        var result = handler.invoke(method.getName(), arguments);
        return result == null && method.getReturnType().isPrimitive() ? zero(method.getReturnType()) : result;
    }

    private static @Nullable Object zero(Class<?> type) {
        return type == void.class ? null : java.lang.reflect.Array.get(java.lang.reflect.Array.newInstance(type, 1), 0);
    }

    /** One connection. */
    private final class Physical {

        private final int number;
        private final AtomicLong owner = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile boolean autoCommit = true;
        private volatile boolean broken;

        Physical(int number) {
            this.number = number;
        }

        @Nullable
        Object invoke(String name, Object[] arguments) throws SQLException {
            switch (name) {
                case "close", "abort" -> {
                    return end(name);
                }
                case "isClosed" -> {
                    return closed.get();
                }
                case "isValid" -> {
                    return isValid();
                }
                case "nativeSQL" -> {
                    return own(String.valueOf(arguments[0]));
                }
                default -> {
                    if (closed.get() || broken) {
                        throw new SQLException("connection " + number + " is gone", "08003");
                    }
                    return work(name, arguments);
                }
            }
        }

        private @Nullable Object work(String name, Object[] arguments) throws SQLException {
            return switch (name) {
                case "getAutoCommit" -> autoCommit;
                case "setAutoCommit" -> {
                    failAtRandom(manners.failedEnds());
                    autoCommit = (Boolean) arguments[0];
                    yield null;
                }
                case "rollback" -> {
                    failAtRandom(manners.failedEnds());
                    yield null;
                }
                case "getCatalog" -> String.valueOf(number);
                case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                case "getClientInfo" -> new Properties();
                case "createStatement" ->
                    proxy(Statement.class, (call, given) -> call.equals("execute") ? execute() : null);
                default -> null;
            };
        }

        /** {@code claim 17} or {@code free 17}. */
        private String own(String order) {
            long who = Long.parseLong(order.substring(order.indexOf(' ') + 1));
            boolean claims = order.startsWith("claim");
            long before = owner.compareAndExchange(claims ? 0 : who, claims ? who : 0);
            if (before != (claims ? 0 : who)) {
                violation("connection " + number + " has owner " + before + " at " + order);
            }
            return order;
        }

        private boolean isValid() throws SQLException {
            mustBeFree("validated");
            dawdle();
            mustBeFree("validated");
            if (happens(manners.failedValidations())) {
                if (roll() % 2 == 0) {
                    throw new SQLException("no answer at random", "08006");
                }
                return false;
            }
            return !closed.get() && !broken;
        }

        private boolean execute() throws SQLException {
            if (happens(manners.brokenCalls())) {
                broken = true;
                throw new SQLException("broken at random", "08006");
            }
            return false;
        }

        private @Nullable Object end(String name) throws SQLException {
            if (closed.compareAndSet(false, true)) {
                mustBeFree(name);
                open.decrementAndGet();
                failAtRandom(manners.failedEnds());
            }
            return null;
        }

        private void mustBeFree(String what) {
            long held = owner.get();
            if (held != 0 && !mayEndHeld) {
                violation("connection " + number + " of owner " + held + " is subject to " + what);
            }
        }

        private void failAtRandom(int ofThousand) throws SQLException {
            if (happens(ofThousand)) {
                throw new SQLException("failed at random", "XX000");
            }
        }
    }

    @Override
    public boolean acceptsURL(String wanted) {
        return url.equals(wanted);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String wanted, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }
}
