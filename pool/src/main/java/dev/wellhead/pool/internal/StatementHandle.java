// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.StatementObserver.Tally;
import java.lang.ref.Reference;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A statement that dies with its connection handle.
 *
 * <p>The generated handles of prepared and callable statements extend it. {@link #closed} is plain: who shares a
 * statement between threads orders their calls himself, and the driver's own check stands behind it.
 */
class StatementHandle extends StatementDelegate {

    private final ConnectionHandle connection;
    /** What runs: the text it was prepared with, else the last one added to its batch. */
    private String sql;
    /** What {@link #getResultSet()} gave out last, so that asking twice for the same gives the same. */
    private @Nullable ResultSetHandle asked;

    private boolean closesOnCompletion;
    private boolean closed;

    /** Of what ran last, while somebody observes; null else. */
    private @Nullable Tally tally;
    /** Rows of its results that were read, or that it changed, and were not told yet. */
    private long rows;

    private int fetchSize;

    StatementHandle(ConnectionHandle connection, Statement physical, String sql) {
        super(physical);
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    final PoolEntry open() throws SQLException {
        var entry = connection.entry();
        if (entry == null) {
            throw Handles.closedWithConnection(connection, kind());
        }
        if (closed) {
            throw Handles.closed(kind());
        }
        return entry;
    }

    final boolean isClosedByItself() {
        return closed;
    }

    final ConnectionHandle connection() {
        return connection;
    }

    @Override
    final void running(PoolEntry entry, String text) {
        entry.session().worked();
        entry.running(text);
        var observer = entry.observer();
        if (observer != null || tally != null) {
            tellRows();
            // Those from before somebody observed are nobody's.
            rows = 0;
            tally = observer == null ? null : entry.meter().begins(observer, text);
        }
    }

    private void tellRows() {
        var told = tally;
        long count = rows;
        if (told != null && count > 0) {
            rows = 0;
            LeaseMeter.rows(told, count);
        }
    }

    @Override
    final void running(PoolEntry entry) {
        running(entry, sql);
    }

    /** Not when the lease has ended meanwhile: the connection may run another's statement. */
    @Override
    final void ran(PoolEntry entry) {
        if (connection.entry() == entry) {
            entry.ran();
            var told = tally;
            if (told != null) {
                entry.meter().ended(told);
            }
        }
    }

    @Override
    final int changed(int count) {
        rows += Math.max(0, count);
        return count;
    }

    @Override
    final long changed(long count) {
        rows += Math.max(0, count);
        return count;
    }

    @Override
    final int[] changed(int[] counts) {
        for (int count : counts) {
            rows += Math.max(0, count);
        }
        return counts;
    }

    @Override
    final long[] changed(long[] counts) {
        for (long count : counts) {
            rows += Math.max(0, count);
        }
        return counts;
    }

    /** A row of a result was read. */
    final void row() {
        rows++;
    }

    /** Whether the next row may have to be fetched, and somebody wants to know how long that takes. */
    final boolean mayFetch() {
        return tally != null && fetchSize > 0 && rows > 0 && rows % fetchSize == 0;
    }

    /** It was fetched, in that time. */
    final void fetched(PoolEntry entry, long nanos) {
        var told = tally;
        if (told != null) {
            entry.meter().fetched(told, nanos);
        }
    }

    @Override
    public final void setFetchSize(int count) throws SQLException {
        super.setFetchSize(count);
        fetchSize = count;
    }

    /** Not remembered: a compiler that sees both handles die in one method makes neither, unless they hold each other. */
    @Override
    final @Nullable ResultSet wrap(PoolEntry entry, @Nullable ResultSet made) {
        return made == null ? null : new ResultSetHandle(connection, this, made);
    }

    @Override
    public final @Nullable ResultSet getResultSet() throws SQLException {
        var entry = open();
        try {
            var made = physical().getResultSet();
            if (asked == null || asked.physical() != made) {
                asked = made == null ? null : new ResultSetHandle(connection, this, made);
            }
            return asked;
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public final void setQueryTimeout(int seconds) throws SQLException {
        var entry = open();
        try {
            entry.session().setQueryTimeout(physical(), seconds);
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public final void close() throws SQLException {
        var entry = connection.entry();
        if (closed || entry == null) {
            return;
        }
        closed = true;
        asked = null;
        tellRows();
        entry.session().closed(physical(), entry.isHoldersThread());
        entry.calling();
        try {
            physical().close();
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            entry.called();
            Reference.reachabilityFence(this);
        }
    }

    /** One of its result sets was closed; that may have been what keeps it open. */
    final void resultClosed(PoolEntry entry, ResultSetHandle result) throws SQLException {
        if (asked == result) {
            asked = null;
        }
        if (closesOnCompletion && !closed && physical().isClosed()) {
            closed = true;
            entry.session().closed(physical(), entry.isHoldersThread());
        }
    }

    @Override
    public final boolean isClosed() throws SQLException {
        var entry = connection.entry();
        if (closed || entry == null) {
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
    public final Connection getConnection() throws SQLException {
        open();
        return connection;
    }

    @Override
    public final void addBatch(String text) throws SQLException {
        var entry = open();
        try {
            physical().addBatch(text);
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
        sql = text;
    }

    @Override
    public final void closeOnCompletion() throws SQLException {
        var entry = open();
        try {
            physical().closeOnCompletion();
        } catch (SQLException e) {
            throw entry.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
        closesOnCompletion = true;
    }

    private String kind() {
        if (this instanceof CallableStatement) {
            return "callable statement";
        }
        return this instanceof PreparedStatement ? "prepared statement" : "statement";
    }

    @Override
    public final String toString() {
        return Handles.text(this, closed || connection.entry() == null ? "closed" : sql);
    }
}
