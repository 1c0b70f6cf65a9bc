// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.Liveness;
import dev.wellhead.pool.spi.DriverSupport.Lookout;
import dev.wellhead.pool.spi.StatementObserver;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One physical connection and what the pool knows of it.
 *
 * <h2>Concurrency</h2>
 *
 * The {@link StateWord} decides who may touch the connection. The lease fields are written by whoever begins and ends a
 * lease, plainly; what a releasing thread wrote is visible to the next holder through the state word. Everybody else
 * reads them between two looks at the number of the lease ({@link #noted}), so that what is said of a lease is its own
 * and not that of its neighbour in time.
 *
 * <h2>Cost</h2>
 *
 * What is noted of a lease costs a few plain writes. References are written only where they change: the collector's
 * barrier makes such a write dearer than all the others together, and thread, operation and text are mostly those of the
 * lease before. They are let go of when the connection closes, or has been idle for a while ({@link #forget}).
 */
public final class PoolEntry extends StateWord {

    enum State {
        IDLE,
        ACTIVE,
        VALIDATING,
        CLOSED
    }

    /** The lease is not counted by lane. */
    static final int NO_LANE = -1;

    private static final VarHandle NOTED;
    private static final VarHandle HANDLE;
    private static final VarHandle WATCHED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            NOTED = lookup.findVarHandle(PoolEntry.class, "noted", int.class);
            HANDLE = lookup.findVarHandle(PoolEntry.class, "handle", ConnectionHandle.class);
            WATCHED = lookup.findVarHandle(PoolEntry.class, "watched", WatchedLease.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Pool pool;
    private final Ticker ticker;
    private final long id;
    private final Connection physical;
    private final SessionState session;
    private final LeaseMeter meter = new LeaseMeter(this);
    private final long openedNanos;
    /** Set before the entry is shared. */
    private Lookout lookout = Lookout.NONE;
    /** Which of several it leads to; set before the entry is shared. */
    private @Nullable Host host;

    /** A number of its own from 0 to 1, by which its limits differ from those of the others. */
    private final double chance = ThreadLocalRandom.current().nextDouble();
    /** The generation of the login it was opened with. */
    private final int login;
    // When it is due to be renewed, and when it has to go; 0 for never. Written under the pool's lock, and read
    // plainly:
    // who misses a change sees it at the next release.
    private long dueNanos;
    private long endNanos;
    private int dueUses;
    private int mostUses;
    /** Why it is due though it is young; null while it is not. */
    private volatile @Nullable EvictReason outdated;

    private final boolean notesLeases;
    private final boolean keepsStatistics;
    private final boolean marksRequests;

    private volatile @Nullable EvictReason evictAtRelease;
    /** When its last validation began; meaningful while VALIDATING. */
    private volatile long validatingSinceNanos;
    /** Tick at which the server was last known to answer; written plainly at release. */
    private long aliveTick;
    /** Tick at which it was last heard of or looked at. */
    private long seenTick;
    /** Tick at which it was last given back, or opened. */
    private long idleSinceTick;

    /** The lease that the fields below tell of. */
    private int noted;

    private @Nullable Thread holder;
    private String operation = "";
    /** The handle of the current lease; null while there is none. */
    private @Nullable ConnectionHandle handle;

    private long acquiredTick;
    private @Nullable String sql;
    /** The lease in which {@link #sql} ran. */
    private int sqlLease;
    /** When the last statement began or ended. */
    private long statementTick;
    /** The lane of the lease; guarded by the pool's lock, and never touched in a pool without lanes. */
    private int lane = NO_LANE;

    private boolean statementRuns;
    /** Whether a call is under way that may wait for the server though it runs no statement. */
    private boolean calls;
    /** Whether there was a call or a statement since {@link #usedSinceLook()}. */
    private boolean called;

    /** The stack of the acquire, where it is traced. */
    private @Nullable Throwable trace;
    /** The lease in which {@link #trace} was taken. */
    private int traceLease;

    /** The last lease that was watched. */
    private volatile @Nullable WatchedLease watched;
    /** What the holder is told whose lease was taken from him, of what the driver has thrown; null where none was. */
    private volatile @Nullable UnaryOperator<SQLException> overtaken;

    private long waitedLeases;
    private long useNanos;

    PoolEntry(Pool pool, long id, Connection physical, SessionState session, long nowNanos, int login) {
        this.pool = pool;
        this.ticker = pool.ticker();
        this.id = id;
        this.physical = physical;
        this.session = session;
        this.openedNanos = nowNanos;
        this.login = login;
        this.notesLeases = pool.config().leases();
        this.keepsStatistics = pool.config().statistics();
        this.marksRequests = session.marksRequests();
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

    LeaseMeter meter() {
        return meter;
    }

    /** Who is told of its statements; null: nobody. */
    @Nullable
    StatementObserver observer() {
        return pool.hosts().observer();
    }

    /** A statement is about to run; remembers its text for leases and errors. */
    @SuppressWarnings("ReferenceEquality") // Saves a write where it is the same object.
    void running(String text) {
        if (notesLeases) {
            if (sql != text) {
                sql = text;
            }
            sqlLease = noted;
            statementTick = ticker.tick();
            statementRuns = true;
        }
    }

    /** The statement has returned or thrown. */
    void ran() {
        if (notesLeases) {
            session.noteTransaction();
            statementTick = ticker.tick();
            called = true;
            statementRuns = false;
        }
    }

    /** A call begins that may wait for the server though it runs no statement. */
    void calling() {
        calls = true;
    }

    /** Such a call has returned or thrown. */
    void called() {
        called = true;
        calls = false;
    }

    /** The driver threw: if the connection is lost by it, it will not be used again. Returns what the holder gets. */
    SQLException failed(SQLException error) {
        session().statementFailed();
        meter.failed(error);
        pool.failed(this, error);
        var told = overtaken;
        return told == null ? error : told.apply(error);
    }

    /** The handle of that lease was closed; does nothing when the lease has ended already. */
    void release(int lease) {
        pool.release(this, lease);
    }

    /** The handle of that lease was aborted by its user; does nothing when the lease has ended already. */
    void abort(int lease, Executor executor) throws SQLException {
        if (!tryLetGo(lease)) {
            pool.releasedLate(this, lease);
            return;
        }
        evictAtRelease(EvictReason.ABORTED);
        try {
            physical.abort(executor);
        } finally {
            pool.letGo(this, lease);
        }
    }

    // Leases.

    /** Notes the lease that has just begun; called by its holder, or by who serves him. */
    @SuppressWarnings("ReferenceEquality") // Saves a write where it is the same object.
    void beginLease(Thread thread, String name, long tick) {
        acquiredTick = tick;
        if (holder != thread) {
            holder = thread;
        }
        if (notesLeases) {
            if (operation != name) {
                operation = name;
            }
            statementRuns = false;
            calls = false;
            NOTED.setRelease(this, lease());
        }
    }

    /** As {@link #beginLease}, for a caller that came by the line; such leases are counted apart. */
    void beginWaitedLease(Waiter waiter, long tick) {
        waitedLeases++;
        if (observer() != null) {
            meter.waited(lease(), pool.now() - waiter.sinceNanos);
        }
        beginLease(waiter.thread, waiter.operation, tick);
    }

    /** The current lease, begun for a caller from the line, will be undone: it was never handed out. */
    void undoWaitedLease() {
        waitedLeases--;
    }

    /** The holder's side of the current lease. */
    ConnectionHandle handOut() {
        var made = new ConnectionHandle(this, lease());
        handTo(made);
        return made;
    }

    /** The current lease is that of this handle, which has its number already. */
    void handTo(ConnectionHandle known) {
        if (marksRequests) {
            beginRequest();
        }
        if (notesLeases) {
            handle = known;
            if (pool.tracesAcquires()) {
                trace = new Throwable("acquired here");
                traceLease = known.lease();
            }
        }
    }

    Pool pool() {
        return pool;
    }

    private void beginRequest() {
        try {
            session.beginRequest();
        } catch (SQLException | RuntimeException e) {
            // The holder may find it usable; nobody after him gets it.
            pool.resetFailed(this, e);
        }
    }

    /** Notes the end of that lease. */
    void endLease(int lease, long tick) {
        var observer = observer();
        if (observer != null) {
            meter.leaseEnds(observer, lease, heldNanos(tick));
        }
        var held = handle;
        // Of two threads that close one handle the slower may meet the next lease here, and leaves it its handle.
        if (held != null && held.lease() == lease) {
            handle = null;
        }
        if (keepsStatistics) {
            useNanos += Math.max(0, tick - acquiredTick);
        }
        idleSinceTick = tick;
    }

    /** How long the current lease lasts, exact to the tick. */
    long heldNanos(long tick) {
        return Math.max(0, tick - acquiredTick);
    }

    boolean heldBy(Thread thread) {
        int lease = noted();
        return notesLeases && holder == thread && isActive(lease);
    }

    /** Whether this thread acquired the connection; asked by who has a handle of the current lease. */
    @SuppressWarnings("ReferenceEquality") // A thread is itself.
    boolean isHoldersThread() {
        return holder == Thread.currentThread();
    }

    /** The lease that the lease fields tell of. */
    int noted() {
        return (int) NOTED.getAcquire(this);
    }

    String operation() {
        return operation;
    }

    @Nullable
    Thread holder() {
        return holder;
    }

    boolean notesLeases() {
        return notesLeases;
    }

    /** The last statement of that lease, or null. */
    @Nullable
    String sql(int lease) {
        return sqlLease == lease ? sql : null;
    }

    long acquiredTick() {
        return acquiredTick;
    }

    /** Where the current lease was acquired, if that is traced. */
    @Nullable
    Throwable trace() {
        return traceLease == noted() ? trace : null;
    }

    /** Whether the server is or may be at work for the holder, or was since this was last asked. */
    boolean usedSinceLook() {
        boolean used = isBusy() || called;
        called = false;
        return used;
    }

    /** Whether a call is under way that may wait for the server. */
    boolean isBusy() {
        return statementRuns || calls;
    }

    /**
     * Watches the current lease: from now on only its user keeps the handle from being garbage.
     *
     * @return null when nobody holds the connection, or its handle is just being made
     */
    @Nullable
    WatchedLease watch(long nowNanos) {
        int lease = noted();
        if (!notesLeases || !isActive(lease)) {
            return null;
        }
        var known = watched;
        if (known != null && known.lease() == lease) {
            return known;
        }
        var held = (ConnectionHandle) HANDLE.getAcquire(this);
        if (held == null || held.lease() != lease) {
            return null;
        }
        var made = new WatchedLease(held, nowNanos);
        if (!WATCHED.compareAndSet(this, known, made)) {
            return null;
        }
        dropHandle(held);
        return made;
    }

    /** What was seen of that lease, or null. */
    @Nullable
    WatchedLease watched(int lease) {
        var known = watched;
        return known != null && known.lease() == lease ? known : null;
    }

    /** The lease was taken from its holder: what he still gets from the driver says nothing of others. */
    void overtaken(UnaryOperator<SQLException> told) {
        overtaken = told;
    }

    boolean isReclaimed() {
        return overtaken != null;
    }

    boolean remembersHolder() {
        return holder != null;
    }

    /** Holds that handle no longer; false when it is not the one held. Then only its user keeps it from being garbage. */
    boolean dropHandle(ConnectionHandle held) {
        return HANDLE.compareAndSet(this, held, null);
    }

    /** Whether a statement of the current lease runs. */
    boolean statementRuns() {
        return statementRuns;
    }

    /** When the last statement began or ended; of an earlier lease where the current one ran none. */
    long statementTick() {
        return statementTick;
    }

    /** Lets go of what is remembered of the last lease; the caller has moved the entry to {@code VALIDATING}. */
    void forget() {
        holder = null;
        operation = "";
        sql = null;
        trace = null;
        watched = null;
    }

    /** Lock held. */
    void lane(int number) {
        lane = number;
    }

    /** The number of the lane of its lease, {@link #NO_LANE} when it has none; exact under the pool's lock. */
    int lane() {
        return lane;
    }

    /** Leases that began without waiting in line. */
    long directLeases() {
        return leases() - waitedLeases;
    }

    long useNanos() {
        return useNanos;
    }

    // Age and trust.

    long id() {
        return id;
    }

    boolean tryValidateFromIdle(long nowNanos) {
        if (!isIdle()) {
            return false;
        }
        // First: who sees that it is validated must not see the time of the validation before, and give it up.
        validatingSinceNanos = nowNanos;
        return tryValidateFromIdle();
    }

    /** Whether it is being validated, and has been for that long. */
    boolean isValidatingFor(long nanos, long nowNanos) {
        return state() == State.VALIDATING && nowNanos - validatingSinceNanos >= nanos;
    }

    /** Whether it should be renewed. */
    boolean isDue(long nowNanos) {
        return (dueNanos != 0 && nowNanos - dueNanos >= 0) || (dueUses != 0 && leases() >= dueUses);
    }

    /** Whether it has to go, with a successor or without. */
    boolean isAtEnd(long nowNanos) {
        return (endNanos != 0 && nowNanos - endNanos >= 0) || (mostUses != 0 && leases() >= mostUses);
    }

    /** Why it leaves, if it leaves because it is due. */
    EvictReason dueReason() {
        var reason = outdated;
        if (reason != null) {
            return reason;
        }
        return dueUses != 0 && leases() >= dueUses ? EvictReason.MAX_USES : EvictReason.MAX_LIFETIME;
    }

    double chance() {
        return chance;
    }

    int login() {
        return login;
    }

    /** Lock held. The ages at which it is due and has to go; 0 for never. */
    void lifetime(long due, long end) {
        if (outdated == null) {
            dueNanos = due == 0 ? 0 : openedNanos + due;
        }
        if (outdated != EvictReason.CREDENTIALS_CHANGED) {
            endNanos = end == 0 ? 0 : openedNanos + end;
        }
    }

    /** Lock held. As {@link #lifetime}, in leases. */
    void uses(int due, int end) {
        dueUses = due;
        mostUses = end;
    }

    /** Lock held. The login has changed since: due now, and has to go at that time. */
    void loginChanged(long now, long end) {
        if (outdated != EvictReason.CREDENTIALS_CHANGED) {
            dueNanos = now;
            endNanos = end;
            outdated = EvictReason.CREDENTIALS_CHANGED;
        }
    }

    /** Lock held. Its name leads elsewhere: due now, and there is no haste. False when it was due like that before. */
    boolean addressLeft(long now) {
        if (outdated != null) {
            return false;
        }
        dueNanos = now;
        outdated = EvictReason.ADDRESS_LEFT;
        return true;
    }

    /** Whether whoever waits for the server on it was interrupted, and does not show it. */
    boolean keepsInterrupt() {
        return lookout.keepsInterrupt();
    }

    /** Where it was opened to, where that can be seen. */
    @Nullable
    InetSocketAddress peer() {
        return lookout.peer();
    }

    /** Lets it count as idle since that tick; before it is shared. */
    void idleSince(long tick) {
        idleSinceTick = tick;
    }

    void alive(long tick) {
        aliveTick = tick;
        seenTick = tick;
    }

    /** Whatever was known of it before: it is validated before the next hand-out. */
    void distrust(long tick) {
        aliveTick = tick - Ticker.NEVER;
    }

    long aliveTick() {
        return aliveTick;
    }

    /** Tick at which it was last heard of, or looked at and nothing seen. */
    long seenTick() {
        return seenTick;
    }

    void lookout(Lookout value) {
        lookout = value;
    }

    void host(@Nullable Host value) {
        host = value;
    }

    /** Which of several hosts it leads to; null in a pool that has one. */
    @Nullable
    Host host() {
        return host;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** When its validation began; meaningful while it is validated. */
    long validatingSinceNanos() {
        return validatingSinceNanos;
    }

    /** How the connection looks without a round trip; for the entry's owner. */
    Liveness look(long tick) {
        try {
            var seen = physical.isClosed() ? Liveness.DEAD : lookout.look();
            if (seen == Liveness.ALIVE_OR_UNKNOWN) {
                seenTick = tick;
            }
            return seen;
        } catch (SQLException | RuntimeException | Error e) {
            // A driver that cannot even tell this will be asked over the network, apart from callers.
            return Liveness.PENDING;
        }
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
