// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.lang.ref.Reference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A result set that dies with its statement handle and its connection handle. What the driver closes by itself (the
 * statement ran again) the driver refuses by itself.
 */
final class ResultSetHandle extends ResultSetDelegate {

    private static final String KIND = "result set";

    /** Null once closed by itself. */
    private @Nullable ConnectionHandle connection;
    /** Null where it came from metadata and nobody has asked for its statement. */
    private @Nullable StatementHandle statement;

    ResultSetHandle(ConnectionHandle connection, @Nullable StatementHandle statement, ResultSet physical) {
        super(physical);
        this.connection = connection;
        this.statement = statement;
    }

    @Override
    PoolEntry open() throws SQLException {
        var entry = entry();
        if (entry == null) {
            var from = connection;
            throw from != null && from.entry() == null
                    ? Handles.closedWithConnection(from, KIND)
                    : Handles.closed(KIND);
        }
        return entry;
    }

    /** The entry while this is open, else null. */
    private @Nullable PoolEntry entry() {
        var from = connection;
        var owner = statement;
        return from == null || (owner != null && owner.isClosedByItself()) ? null : from.entry();
    }

    /** A cursor that came as a value: it belongs to the same statement. */
    @Override
    ResultSet wrap(PoolEntry entry, ResultSet made) {
        return new ResultSetHandle(Objects.requireNonNull(connection), statement, made);
    }

    @Override
    public boolean next() throws SQLException {
        var owner = statement;
        boolean isRow = (owner != null && owner.mayFetch()) ? timedNext(owner) : super.next();
        if (isRow && owner != null) {
            owner.row();
        }
        return isRow;
    }

    private boolean timedNext(StatementHandle owner) throws SQLException {
        var entry = entry();
        long start = System.nanoTime();
        boolean isRow = super.next();
        if (entry != null) {
            owner.fetched(entry, System.nanoTime() - start);
        }
        return isRow;
    }

    @Override
    public void close() throws SQLException {
        var entry = entry();
        if (entry == null) {
            return;
        }
        connection = null;
        try {
            physical().close();
            var owner = statement;
            if (owner != null) {
                owner.resultClosed(entry, this);
            }
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        var entry = entry();
        if (entry == null) {
            return true;
        }
        try {
            return physical().isClosed();
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable Statement getStatement() throws SQLException {
        var entry = open();
        if (statement != null) {
            return statement;
        }
        try {
            var made = physical().getStatement();
            if (made != null) {
                statement = entry.session()
                        .tracked(
                                new StatementHandle(Objects.requireNonNull(connection), made, ""),
                                entry.isHoldersThread());
            }
            return statement;
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return Handles.text(this, entry() == null ? "closed" : "open");
    }
}
