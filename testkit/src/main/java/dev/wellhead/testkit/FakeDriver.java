// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver that opens slowly, fails, hangs, lies or dies on command, and remembers who called what. It starts no
 * thread. For any threads.
 *
 * <p>Lock: one monitor for the driver and its connections; hanging calls wait on it, nothing else is done under it.
 */
public final class FakeDriver implements Driver, AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int MAX_CALLS = 10_000;

    private final String url;
    private final Object monitor = new Object();
    private final Map<FakeOperation, FakeBehavior> behaviors = new ConcurrentHashMap<>();
    private final Deque<FakeBehavior> nextOpens = new ArrayDeque<>();
    private final Deque<FakeCall> calls = new ArrayDeque<>();
    private final List<FakeConnection> connections = new ArrayList<>();
    private long droppedCalls;
    private long releases;
    private int openNow;
    private int peakOpen;
    private int opening;
    private int peakOpening;
    private boolean isClosed;
    private volatile Consumer<FakeConnection> onOpened = connection -> {};

    private FakeDriver(String url) {
        this.url = url;
    }

    /**
     * Makes a driver and registers it with DriverManager.
     *
     * @return with a URL of its own
     */
    public static FakeDriver create() {
        FakeDriver driver = new FakeDriver("jdbc:fake:" + NAMES.incrementAndGet());
        try {
            DriverManager.registerDriver(driver);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return driver;
    }

    /**
     * The URL that this driver answers to.
     *
     * @return {@code jdbc:fake:<number>}
     */
    public String url() {
        return url;
    }

    /**
     * Sets how an operation of all connections goes from now on.
     *
     * @param operation which
     * @param behavior how
     * @return this
     */
    public FakeDriver on(FakeOperation operation, FakeBehavior behavior) {
        behaviors.put(operation, behavior);
        return this;
    }

    /**
     * Sets how the next opens go, one each; those after them go as {@link #on} says.
     *
     * @param next in order
     * @return this
     */
    public FakeDriver nextOpens(FakeBehavior... next) {
        synchronized (monitor) {
            nextOpens.addAll(List.of(next));
        }
        return this;
    }

    /**
     * Looks at each connection before the driver hands it out, to set its own ways with {@link FakeConnection#on}.
     *
     * @param look called on the thread that connects
     * @return this
     */
    public FakeDriver onOpened(Consumer<FakeConnection> look) {
        onOpened = look;
        return this;
    }

    /** Lets all calls that hang now go on; later ones hang anew. */
    public void release() {
        synchronized (monitor) {
            releases++;
            monitor.notifyAll();
        }
    }

    /**
     * All connections opened so far.
     *
     * @return in the order of opening
     */
    public List<FakeConnection> connections() {
        synchronized (monitor) {
            return List.copyOf(connections);
        }
    }

    /**
     * Connections opened so far.
     *
     * @return without those that failed
     */
    public int opened() {
        return connections().size();
    }

    /**
     * Connections open now.
     *
     * @return dead ones too until closed
     */
    public int openNow() {
        synchronized (monitor) {
            return openNow;
        }
    }

    /**
     * The most connections that were open at once.
     *
     * @return 0 or more
     */
    public int peakOpen() {
        synchronized (monitor) {
            return peakOpen;
        }
    }

    /**
     * The most opens that ran at once.
     *
     * @return 0 or more
     */
    public int peakOpening() {
        synchronized (monitor) {
            return peakOpening;
        }
    }

    /**
     * The last 10,000 calls.
     *
     * @return oldest first
     */
    public List<FakeCall> calls() {
        synchronized (monitor) {
            return List.copyOf(calls);
        }
    }

    /**
     * The remembered calls of one kind; {@code OPEN} gives the attempts with their times.
     *
     * @param operation which
     * @return oldest first
     */
    public List<FakeCall> calls(FakeOperation operation) {
        return calls().stream().filter(call -> call.operation() == operation).toList();
    }

    /**
     * Calls no longer remembered.
     *
     * @return 0 up to 10,000 calls
     */
    public long droppedCalls() {
        synchronized (monitor) {
            return droppedCalls;
        }
    }

    @Override
    public @Nullable Connection connect(String wanted, @Nullable Properties info) throws SQLException {
        if (!acceptsURL(wanted)) {
            return null;
        }
        record(FakeOperation.OPEN, "connect", 0);
        FakeBehavior behavior = beginOpen();
        try {
            delay(behavior, () -> isClosed);
            Supplier<SQLException> failure = behavior.failure();
            if (failure != null) {
                throw failure.get();
            }
            if (behavior.isNullAnswer()) {
                return null;
            }
            FakeConnection connection = opened(behavior);
            onOpened.accept(connection);
            return connection.jdbc();
        } finally {
            synchronized (monitor) {
                opening--;
            }
        }
    }

    private FakeBehavior beginOpen() {
        synchronized (monitor) {
            opening++;
            peakOpening = Math.max(peakOpening, opening);
            FakeBehavior next = nextOpens.poll();
            return next != null ? next : behavior(FakeOperation.OPEN);
        }
    }

    private FakeConnection opened(FakeBehavior behavior) throws SQLException {
        synchronized (monitor) {
            if (isClosed && behavior.isHang()) {
                throw new SQLException("The fake driver was closed while this open hung.", "08001");
            }
            FakeConnection connection = new FakeConnection(this, connections.size() + 1);
            connections.add(connection);
            openNow++;
            peakOpen = Math.max(peakOpen, openNow);
            return connection;
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
        throw new SQLFeatureNotSupportedException("The fake driver does not log.");
    }

    /** Ends all hanging calls and takes the driver out of DriverManager. A second call does nothing. */
    @Override
    public void close() {
        synchronized (monitor) {
            isClosed = true;
            releases++;
            monitor.notifyAll();
        }
        try {
            DriverManager.deregisterDriver(this);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Object monitor() {
        return monitor;
    }

    FakeBehavior behavior(FakeOperation operation) {
        return behaviors.getOrDefault(operation, FakeBehavior.normal());
    }

    void record(FakeOperation operation, String method, int connection) {
        String thread = Thread.currentThread().getName();
        synchronized (monitor) {
            if (calls.size() == MAX_CALLS) {
                calls.remove();
                droppedCalls++;
            }
            calls.add(new FakeCall(operation, method, connection, thread, System.nanoTime()));
        }
    }

    void connectionEnded() {
        synchronized (monitor) {
            openNow--;
        }
    }

    /** Waits as the behavior says, until the end of what is waited for; an interrupt is kept for later. */
    void delay(FakeBehavior behavior, BooleanSupplier isOver) {
        boolean wasInterrupted = false;
        synchronized (monitor) {
            long startReleases = releases;
            long deadline = System.nanoTime() + behavior.delayNanos();
            long left = behavior.isHang() ? Long.MAX_VALUE : behavior.delayNanos();
            while (left > 0 && releases == startReleases && !isClosed && !isOver.getAsBoolean()) {
                try {
                    monitor.wait(Math.max(1, Math.min(left / 1_000_000, 60_000)));
                } catch (InterruptedException e) {
                    // Real drivers do not listen to it either.
                    wasInterrupted = true;
                }
                left = behavior.isHang() ? Long.MAX_VALUE : deadline - System.nanoTime();
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
