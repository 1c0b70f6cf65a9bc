// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.Pool;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link WellheadDataSource} as seen by one kind of callers: the same pool, but every connection is taken in one
 * {@linkplain Lane lane} and for one named operation. For libraries that take a plain {@link DataSource} and know of
 * neither.
 *
 * <p>Immutable and thread-safe. It has nothing to be closed: the pool is closed by whoever opened it.
 */
public final class PoolView implements DataSource {

    private final WellheadDataSource whole;
    private final Pool pool;
    private final String laneName;
    private final int lane;
    private final String operation;
    private final boolean readOnly;

    PoolView(WellheadDataSource whole, Pool pool, String laneName, String operation, boolean readOnly) {
        this.whole = whole;
        this.pool = pool;
        this.laneName = laneName;
        this.lane = pool.lane(laneName);
        this.operation = Objects.requireNonNull(operation, "operation");
        this.readOnly = readOnly;
    }

    /**
     * The same operation in another lane.
     *
     * @throws IllegalArgumentException when the pool has no such lane; it lists those it has
     */
    public PoolView lane(String name) {
        return new PoolView(whole, pool, name, operation, readOnly);
    }

    /** The same lane for another operation; its name appears in leases, errors and events. */
    public PoolView named(String name) {
        return new PoolView(whole, pool, laneName, name, readOnly);
    }

    /** The same lane and operation, read-only; see {@link WellheadDataSource#readOnly()}. */
    public PoolView readOnly() {
        return new PoolView(whole, pool, laneName, operation, true);
    }

    /**
     * A connection, waiting at most {@code acquireTimeout} for it.
     *
     * @throws AcquireRefusedException when there is none in time; nothing was sent to the database
     */
    @Override
    public Connection getConnection() throws SQLException {
        return acquire(-1);
    }

    /**
     * A connection, waiting at most that long instead of {@code acquireTimeout}.
     *
     * @param timeout zero or negative takes a connection only if one is ready
     * @throws AcquireRefusedException when there is none in time; nothing was sent to the database
     */
    public Connection getConnection(Duration timeout) throws SQLException {
        return acquire(Math.max(0, Durations.toNanos(timeout)));
    }

    private Connection acquire(long timeoutNanos) throws SQLException {
        return readOnly
                ? pool.hosts().acquireRead(operation, lane, timeoutNanos)
                : pool.acquire(operation, lane, timeoutNanos);
    }

    /** Not supported, as in {@link WellheadDataSource#getConnection(String, String)}. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return whole.getConnection(username, password);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return whole.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        whole.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        whole.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return whole.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return whole.getParentLogger();
    }

    /** This view, or the {@link WellheadDataSource} behind it. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : whole.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this) || whole.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "PoolView[" + pool.config().name() + ", lane=" + laneName
                + (operation.isEmpty() ? "" : ", operation=" + operation) + (readOnly ? ", read-only" : "") + "]";
    }
}
