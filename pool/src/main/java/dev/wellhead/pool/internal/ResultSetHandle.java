// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A result set that dies with its statement handle and its connection handle. What the driver closes by itself (the
 * statement ran again) the driver refuses by itself.
 */
final class ResultSetHandle extends ResultSetDelegate {

    private static final String KIND = "result set";

    private final ConnectionHandle connection;
    /** Null where it came from metadata and nobody has asked for its statement. */
    private @Nullable StatementHandle statement;

    private boolean closed;

    ResultSetHandle(ConnectionHandle connection, @Nullable StatementHandle statement, ResultSet physical) {
        super(physical);
        this.connection = connection;
        this.statement = statement;
    }

    @Override
    PoolEntry open() throws SQLException {
        var entry = connection.entry();
        if (entry == null) {
            throw Handles.closedWithConnection(KIND);
        }
        if (isClosedHere()) {
            throw Handles.closed(KIND);
        }
        return entry;
    }

    private boolean isClosedHere() {
        var owner = statement;
        return closed || (owner != null && owner.isClosedByItself());
    }

    /** A cursor that came as a value: it belongs to the same statement. */
    @Override
    ResultSet wrap(PoolEntry entry, ResultSet made) {
        return new ResultSetHandle(connection, statement, made);
    }

    @Override
    public void close() throws SQLException {
        var entry = connection.entry();
        if (entry == null || isClosedHere()) {
            return;
        }
        closed = true;
        try {
            physical().close();
            var owner = statement;
            if (owner != null) {
                owner.resultClosed(entry, this);
            }
        } catch (SQLException e) {
            throw entry.failed(e);
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        var entry = connection.entry();
        if (entry == null || isClosedHere()) {
            return true;
        }
        try {
            return physical().isClosed();
        } catch (SQLException e) {
            throw entry.failed(e);
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
                statement = entry.session().tracked(new StatementHandle(connection, made, ""));
            }
            return statement;
        } catch (SQLException e) {
            throw entry.failed(e);
        }
    }

    @Override
    public String toString() {
        return Handles.text(this, connection.entry() == null || isClosedHere() ? "closed" : "open");
    }
}
