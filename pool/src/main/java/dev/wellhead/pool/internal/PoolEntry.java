// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.spi.DriverSupport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One physical connection and what the pool knows of it.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #state} is the one word that decides who may touch the connection, and changes by compare-and-set in the named
 * transitions below and nowhere else. The lease fields are written by the holder alone, plainly; whoever else reads them
 * (snapshots, leases, error texts) may see the lease before or after, never a torn value. What a releasing thread wrote
 * is visible to the next holder through the state word.
 */
public final class PoolEntry {

    enum State {
        IDLE,
        ACTIVE,
        VALIDATING,
        CLOSED
    }

    private static final int SQL_SHOWN = 100;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(PoolEntry.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Pool pool;
    private final long id;
    private final Connection physical;
    private final SessionState session;
    private final long expiresNanos;

    private volatile State state = State.VALIDATING;
    private volatile @Nullable EvictReason evictAtRelease;
    /** Tick at which the server was last known to answer. */
    private volatile long aliveTick;
    /** Tick at which it was last given back, or opened. */
    private volatile long idleSinceTick;

    /** When its last validation began; meaningful while VALIDATING. */
    private volatile long validatingSinceNanos;

    private @Nullable Thread holder;
    private String operation = "";
    private @Nullable String sql;
    private long acquiredTick;
    private boolean leakReported;
    private long directLeases;
    private long releases;
    private long useNanos;

    PoolEntry(Pool pool, long id, Connection physical, SessionState session, long nowNanos, long lifetimeNanos) {
        this.pool = pool;
        this.id = id;
        this.physical = physical;
        this.session = session;
        this.expiresNanos = lifetimeNanos == 0 ? 0 : nowNanos + lifetimeNanos;
        this.aliveTick = nowNanos;
        this.idleSinceTick = nowNanos;
        this.validatingSinceNanos = nowNanos;
    }

    // What handles call.

    Connection physical() {
        return physical;
    }

    SessionState session() {
        return session;
    }

    /** A statement is about to run; remembers its text for leases and errors. */
    void running(String text) {
        sql = text;
    }

    /** The driver threw: if the connection is lost by it, it will not be used again. Returns the same exception. */
    SQLException failed(SQLException error) {
        pool.failed(this, error);
        return error;
    }

    /** The handle was closed; called exactly once per lease, on the holder's thread. */
    void release() {
        pool.release(this);
    }

    /** The handle was aborted by its user; called exactly once per lease, instead of {@link #release}. */
    void abort(Executor executor) throws SQLException {
        evictAtRelease(EvictReason.ABORTED);
        try {
            physical.abort(executor);
        } finally {
            pool.release(this);
        }
    }

    // Transitions.

    boolean tryAcquireFromIdle() {
        return STATE.compareAndSet(this, State.IDLE, State.ACTIVE);
    }

    boolean tryValidateFromIdle(long nowNanos) {
        if (!STATE.compareAndSet(this, State.IDLE, State.VALIDATING)) {
            return false;
        }
        validatingSinceNanos = nowNanos;
        return true;
    }

    boolean tryCloseFromIdle() {
        return STATE.compareAndSet(this, State.IDLE, State.CLOSED);
    }

    boolean tryCloseFromActive() {
        return STATE.compareAndSet(this, State.ACTIVE, State.CLOSED);
    }

    boolean tryCloseFromValidating() {
        return STATE.compareAndSet(this, State.VALIDATING, State.CLOSED);
    }

    boolean tryActivateFromValidating() {
        return STATE.compareAndSet(this, State.VALIDATING, State.ACTIVE);
    }

    boolean tryIdleFromValidating() {
        return STATE.compareAndSet(this, State.VALIDATING, State.IDLE);
    }

    /** The holder lets go; the volatile write publishes everything it wrote. */
    boolean tryIdleFromActive() {
        return STATE.compareAndSet(this, State.ACTIVE, State.IDLE);
    }

    State state() {
        return state;
    }

    // Leases.

    void beginLease(Thread thread, String name, long tick, boolean direct) {
        holder = thread;
        operation = name;
        acquiredTick = tick;
        leakReported = false;
        sql = null;
        if (direct) {
            directLeases++;
        }
    }

    /** Ends the lease and returns how long it was held in nanoseconds, exact to the tick. */
    long endLease(long tick) {
        long heldNanos = Math.max(0, tick - acquiredTick);
        holder = null;
        releases++;
        useNanos += heldNanos;
        idleSinceTick = tick;
        return heldNanos;
    }

    boolean heldBy(Thread thread) {
        return state == State.ACTIVE && holder == thread;
    }

    String operation() {
        return operation;
    }

    @Nullable
    Thread holder() {
        return holder;
    }

    /** The lease as it is now, or null when nobody holds the connection. */
    @Nullable
    Lease lease(long nowNanos) {
        var thread = holder;
        if (state != State.ACTIVE || thread == null) {
            return null;
        }
        var text = sql;
        var shown = text == null ? "" : text.length() <= SQL_SHOWN ? text : text.substring(0, SQL_SHOWN);
        return new Lease(
                id,
                session.backendId(),
                thread.getName(),
                operation,
                shown,
                Duration.ofNanos(Math.max(0, nowNanos - acquiredTick)));
    }

    /** Whether this lease exceeds the threshold and was not reported yet; says so once per lease. */
    boolean leakDue(long nowNanos, long thresholdNanos) {
        if (leakReported || state != State.ACTIVE || nowNanos - acquiredTick < thresholdNanos) {
            return false;
        }
        leakReported = true;
        return true;
    }

    long directLeases() {
        return directLeases;
    }

    long releases() {
        return releases;
    }

    long useNanos() {
        return useNanos;
    }

    // Age and trust.

    long id() {
        return id;
    }

    /** Whether it is being validated, and has been for that long. */
    boolean isValidatingFor(long nanos, long nowNanos) {
        return state == State.VALIDATING && nowNanos - validatingSinceNanos >= nanos;
    }

    boolean isExpired(long nowNanos) {
        return expiresNanos != 0 && nowNanos - expiresNanos >= 0;
    }

    void alive(long tick) {
        aliveTick = tick;
    }

    long aliveTick() {
        return aliveTick;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - idleSinceTick;
    }

    long idleSinceTick() {
        return idleSinceTick;
    }

    void evictAtRelease(EvictReason reason) {
        if (evictAtRelease == null) {
            evictAtRelease = reason;
        }
    }

    @Nullable
    EvictReason evictReason() {
        return evictAtRelease;
    }

    DriverSupport driver() {
        return session.driver();
    }
}
