// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.LeaseEnd;
import dev.wellhead.pool.spi.StatementObserver.Tally;
import dev.wellhead.pool.spi.TransactionEnd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.sql.CallableStatement;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a caller gets for one lease: new for each acquire, dead after {@code close()}.
 *
 * <p>The entry, the number of the lease and where it comes from when that is elsewhere: 24 bytes. All that a lease must
 * remember is in {@link PoolEntry} and {@link SessionState}. Everything that was made through this handle (statements, result sets, metadata)
 * asks it before each call, so it is dead as soon as this is, though the physical connection may serve somebody else by
 * then.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #entry} is written without a fence, for fences are most of what an acquire costs: another thread sees that this
 * is closed as soon as anything that happens after {@code close()} reaches it. That a lease ends once, whoever closes, the
 * number of the lease sees to. {@link #lease} and {@link #away} change only in {@link #setReadOnly} and in the call after
 * it, on the holder's thread, while no statement of this handle is open.
 */
final class ConnectionHandle extends ConnectionDelegate implements TransactionEnd, LeaseEnd.Handle {

    private static final VarHandle ENTRY;

    static {
        try {
            ENTRY = MethodHandles.lookup().findVarHandle(ConnectionHandle.class, "entry", PoolEntry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Changes where another physical connection takes the place of this one. */
    private int lease;
    /** Null once closed, and while it has been given back before its time. */
    private volatile @Nullable PoolEntry entry;
    /** Null for as long as the physical connection is the one that was acquired. */
    private @Nullable Away away;

    /** Where a handle comes from that reads from a replica. */
    private static final class Away {
        private final Pool home;
        private final String operation;
        private final int lane;
        /** Whether no connection is held at present: the next call takes one. */
        private boolean isDetached;

        private Away(Pool home, String operation, int lane) {
            this.home = home;
            this.operation = operation;
            this.lane = lane;
        }
    }

    ConnectionHandle(PoolEntry entry, int lease) {
        ENTRY.set(this, entry);
        this.lease = lease;
    }

    /** The entry while this is open; notes that the holder used the connection. */
    @Override
    PoolEntry open() throws SQLException {
        var current = entry();
        if (current == null) {
            current = attached();
        }
        current.session().touched(lease);
        return current;
    }

    /** A connection of the pool it comes from, in place of the one that was given back before its time. */
    private PoolEntry attached() throws SQLException {
        var from = away;
        if (from == null || !from.isDetached) {
            throw Handles.connectionClosed(this);
        }
        var fresh = from.home.acquireEntry(from.operation, from.lane, -1);
        attach(fresh);
        away = null;
        return fresh;
    }

    private void attach(PoolEntry fresh) {
        lease = fresh.lease();
        fresh.handTo(this);
        ENTRY.setRelease(this, fresh);
    }

    private void detach(PoolEntry current, Away from) {
        from.isDetached = true;
        away = from;
        ENTRY.setRelease(this, null);
        // Who has seen the next number of a lease sees that this entry is no longer the one: leaseEnd().
        VarHandle.fullFence();
        current.release(lease);
    }

    private boolean isDetached() {
        var from = away;
        return entry() == null && from != null && from.isDetached;
    }

    /**
     * Where the URL names several hosts: as the first call, {@code true} takes a connection to a replica instead, and {@code
     * false} gives that back; the next call then takes one of the pool's own. Else as the driver has it.
     */
    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        if (isDetached() && !readOnly) {
            return;
        }
        var before = entry();
        boolean isFirst = before != null && !before.session().isTouched(lease);
        var current = open();
        var from = away;
        var replicas = current.pool().hosts().reads();
        if (readOnly && isFirst && replicas != null && replicas.isAnyFit()) {
            readFromReplica(current, replicas);
        } else if (!readOnly && from != null) {
            current.session().requireNothingLeft();
            detach(current, from);
        } else {
            setReadOnly(current, readOnly);
        }
    }

    /** Read-only where it is. */
    void makeReadOnly() throws SQLException {
        setReadOnly(open(), true);
    }

    private void setReadOnly(PoolEntry current, boolean readOnly) throws SQLException {
        current.calling();
        try {
            current.session().setReadOnly(readOnly);
        } catch (SQLException e) {
            throw current.failed(e);
        } finally {
            current.called();
            Reference.reachabilityFence(this);
        }
    }

    private void readFromReplica(PoolEntry current, ReadPools replicas) throws SQLException {
        var home = current.pool();
        int lane = Math.max(Waiter.DEFAULT_LANE, current.lane());
        var from = new Away(home, current.operation(), lane);
        // Given back first: nobody waits for a replica while he keeps a connection of the primary from others.
        detach(current, from);
        var replica = replicas.take(
                home.config().acquireTimeout().toNanos(),
                (pool, nanos) -> pool.acquireEntry(from.operation, from.lane, nanos));
        if (replica == null) {
            setReadOnly(open(), true);
        } else {
            from.isDetached = false;
            attach(replica);
            replica.session().touched(lease);
        }
    }

    /** The entry, or null once this is closed. */
    @Nullable
    PoolEntry entry() {
        return entry;
    }

    /** Makes this dead; whoever does it has taken the lease. */
    void kill() {
        entry = null;
    }

    /** The number of the lease. */
    int lease() {
        return lease;
    }

    @Override
    public void close() {
        var current = entry();
        if (current != null) {
            ENTRY.setRelease(this, null);
            try {
                current.release(lease);
            } finally {
                // Until the lease has ended this must not look like an abandoned handle.
                Reference.reachabilityFence(this);
            }
        } else {
            stayClosed();
        }
    }

    /** A handle without a connection will not take one any more. */
    private void stayClosed() {
        var from = away;
        if (from != null) {
            from.isDetached = false;
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // An entry is itself.
    public @Nullable LeaseEnd leaseEnd() {
        for (var current = entry(); current != null; current = entry()) {
            int number = lease;
            VarHandle.loadLoadFence();
            if (entry() == current) {
                return new LeaseGrip(current, number, this);
            }
        }
        return null;
    }

    @Override
    public void reserve(String owner) throws SQLException {
        open().session().reserveEnd(owner);
    }

    @Override
    public void free() {
        var current = entry();
        if (current != null) {
            current.session().freeEnd();
        }
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        var current = entry();
        if (current != null) {
            ENTRY.setRelease(this, null);
            try {
                current.abort(lease, executor);
            } finally {
                Reference.reachabilityFence(this);
            }
        } else {
            stayClosed();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        var current = entry();
        if (current == null) {
            return !isDetached();
        }
        try {
            return current.physical().isClosed();
        } catch (SQLException e) {
            throw current.failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void commit() throws SQLException {
        var current = open();
        var tally = begins(current, "COMMIT");
        try {
            super.commit();
        } finally {
            ended(current, tally);
        }
    }

    @Override
    public void rollback() throws SQLException {
        var current = open();
        var tally = begins(current, "ROLLBACK");
        try {
            super.rollback();
        } finally {
            ended(current, tally);
        }
    }

    private static @Nullable Tally begins(PoolEntry current, String words) {
        var observer = current.observer();
        return observer == null ? null : current.meter().begins(observer, words);
    }

    private void ended(PoolEntry current, @Nullable Tally tally) {
        if (tally != null && entry() == current) {
            current.meter().ended(tally);
        }
    }

    @Override
    public boolean isValid(int timeoutSeconds) throws SQLException {
        var current = isDetached() ? open() : entry();
        if (current == null) {
            return false;
        }
        current.session().touched(lease);
        current.calling();
        try {
            return current.physical().isValid(timeoutSeconds);
        } catch (SQLException e) {
            throw current.failed(e);
        } finally {
            current.called();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        var current = openForClientInfo();
        current.calling();
        try {
            current.session().setClientInfo(name, value);
        } catch (SQLClientInfoException e) {
            current.failed(e);
            throw e;
        } finally {
            current.called();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        var current = openForClientInfo();
        current.calling();
        try {
            current.session().setClientInfo(properties);
        } catch (SQLClientInfoException e) {
            current.failed(e);
            throw e;
        } finally {
            current.called();
            Reference.reachabilityFence(this);
        }
    }

    private PoolEntry openForClientInfo() throws SQLClientInfoException {
        try {
            return open();
        } catch (SQLException e) {
            throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
        }
    }

    @Override
    Statement wrap(PoolEntry current, Statement made) throws SQLException {
        return current.session().opened(new StatementHandle(this, made, ""), current.isHoldersThread());
    }

    @Override
    PreparedStatement wrap(PoolEntry current, PreparedStatement made, String sql) throws SQLException {
        return current.session().opened(new PreparedStatementHandle(this, made, sql), current.isHoldersThread());
    }

    @Override
    CallableStatement wrap(PoolEntry current, CallableStatement made, String sql) throws SQLException {
        return current.session().opened(new CallableStatementHandle(this, made, sql), current.isHoldersThread());
    }

    @Override
    DatabaseMetaData wrap(PoolEntry current, DatabaseMetaData made) {
        return new DatabaseMetaDataHandle(this, made);
    }

    @Override
    public String toString() {
        var current = entry();
        return Handles.text(this, current == null ? "closed" : "connection " + current.id());
    }
}
