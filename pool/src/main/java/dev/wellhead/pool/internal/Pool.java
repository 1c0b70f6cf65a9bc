// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.DrainReport;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.LeakSite;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.ReconfigureReport;
import dev.wellhead.pool.Secret;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool: what belongs to it, how connections come and go, and what operators do with it.
 *
 * <p>{@link Acquirer} is the caller's way in, {@link Releaser} its way out, {@link Dispatcher} brings the line and the
 * connections together; {@link Opener}, {@link Validator}, {@link Closer} and {@link Housekeeper} work apart from callers.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #lock} guards the line, changes of the shelf, the plan of opens and the pool's state. It is never held during
 * I/O, callbacks or logging, and no other lock is taken under it but the ticker's monitor and the lock of the ceiling's
 * {@link Room}, neither of which waits for anything. The fast
 * path takes no lock.
 */
public final class Pool {

    private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
    /** How long the close of a pool waits for listeners to hear of it. */
    private static final long EVENTS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long REPEAT_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Holders whose stacks are looked at, once a lease, for whoever asks for all leases. */
    private static final int MOST_LOOKED_AT = 64;

    private final LongSupplier clock;
    private final Shelf shelf = new Shelf();
    private final WaitLine line;
    private final PoolCounters counters = new PoolCounters();
    private final Crews crews = new Crews();
    private final Listeners listeners;
    private final Ticker ticker;
    private final Connector connector;
    private final Opener opener;
    private final Renewal renewal;
    private final Closer closer;
    private final PoolLog log;
    private final Validator validator;
    private final Suspicion suspicion;
    private final Dispatcher dispatcher;
    private final Acquirer acquirer;
    private final Releaser releaser;
    private final Leases leases;
    private final LeakWatch leakWatch;
    private final SessionEnds sessionEnds;
    private final Housekeeper housekeeper;
    private final PoolHosts hosts;
    /** What the pool has under its ceiling; null without one. */
    private final @Nullable Share share;

    private volatile @Nullable Management management;

    private final LogPace resetPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    /** Numbers connections; those of replicas too, so that a number means one. */
    private final AtomicLong ids;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private volatile PoolState state = PoolState.RUNNING;
    /** Whether {@link #close} has begun; guarded by the lock. */
    private boolean isEnding;

    private volatile PoolConfig config;
    /** Of the configuration, for the fast path. */
    private volatile boolean tracesAcquires;

    private Pool(
            PoolConfig config,
            @Nullable Room room,
            UnaryOperator<String> showable,
            List<PoolListener> listeners,
            AtomicLong ids,
            LongSupplier clock,
            LongSupplier wallMillis) {
        this.config = config;
        this.ids = ids;
        this.share = room == null ? null : new Share(room, this);
        this.tracesAcquires = config.acquireTracing();
        this.clock = clock;
        this.leases = new Leases(this, showable);
        this.line = new WaitLine(config.lanes(), this::config, clock, this::connectionsToCountOn);
        this.listeners = new Listeners(config.name(), listeners, counters.listenerFailures);
        this.ticker =
                new Ticker(new Ticker.Clocks(clock, wallMillis, this::clockJumped, this::ticked), shelf, line, config);
        this.connector = new Connector(config.jdbcUrl(), this::config, this::loginChanged);
        this.opener = new Opener(this, connector);
        this.renewal = new Renewal(this, opener);
        this.closer = new Closer(this);
        this.log = new PoolLog(this);
        this.validator = new Validator(this);
        this.suspicion = new Suspicion(this, validator);
        this.dispatcher = new Dispatcher(this, opener, validator);
        this.acquirer = new Acquirer(this, dispatcher, new WaitingAcquirer(this, opener, dispatcher));
        this.releaser = new Releaser(this, dispatcher, renewal);
        this.leakWatch = new LeakWatch(this, leases, releaser);
        this.sessionEnds = new SessionEnds(this, connector.support());
        this.housekeeper = new Housekeeper(
                this,
                validator,
                leakWatch,
                renewal,
                new AddressWatch(this, this::addressLeft, InetAddress::getAllByName));
        this.hosts = new PoolHosts(this, connector, showable);
    }

    /**
     * Opens a pool as its start mode says.
     *
     * @param showable makes of a statement what leases, errors and logs may show of it
     */
    public static Pool open(PoolConfig config, UnaryOperator<String> showable, List<PoolListener> listeners) {
        return open(config, null, showable, listeners);
    }

    /** As above, under a ceiling, if there is one. */
    public static Pool open(
            PoolConfig config, @Nullable Room room, UnaryOperator<String> showable, List<PoolListener> listeners) {
        return open(config, room, showable, listeners, System::nanoTime, System::currentTimeMillis);
    }

    /** The pool of a replica: as this one is, with other settings. */
    Pool openReplica(PoolConfig settings, UnaryOperator<String> showable) {
        var room = share == null ? null : share.room();
        return started(
                new Pool(settings, room, showable, List.of(), ids, System::nanoTime, System::currentTimeMillis), room);
    }

    /** As above, showing statements as they are. */
    public static Pool open(PoolConfig config, List<PoolListener> listeners) {
        return open(config, UnaryOperator.identity(), listeners);
    }

    static Pool open(PoolConfig config, List<PoolListener> listeners, LongSupplier clock, LongSupplier wallMillis) {
        return open(config, null, UnaryOperator.identity(), listeners, clock, wallMillis);
    }

    static Pool open(
            PoolConfig config,
            @Nullable Room room,
            UnaryOperator<String> showable,
            List<PoolListener> listeners,
            LongSupplier clock,
            LongSupplier wallMillis) {
        return started(new Pool(config, room, showable, listeners, new AtomicLong(), clock, wallMillis), room);
    }

    private static Pool started(Pool pool, @Nullable Room room) {
        if (room != null && pool.share != null) {
            room.join(pool.share);
        }
        pool.log.configured();
        long began = pool.now();
        pool.hosts.start();
        Starter.start(pool, pool.connector);
        pool.housekeeper.start();
        if (pool.config.jmx()) {
            pool.management = Starter.manage(pool);
        }
        pool.log.started(began);
        pool.crews.rest().work(pool::serve);
        return pool;
    }

    /** A handle on a connection, waiting that long, or {@code acquireTimeout} if negative. */
    public Connection acquire(String operation, long timeoutNanos) throws SQLException {
        return acquirer.acquire(operation, Waiter.DEFAULT_LANE, timeoutNanos);
    }

    /** As {@link #acquire(String, long)}, in the lane of that {@linkplain #lane number}. */
    public Connection acquire(String operation, int lane, long timeoutNanos) throws SQLException {
        return acquirer.acquire(operation, lane, timeoutNanos);
    }

    /** A connection that is the caller's, without a handle; in no hurry. */
    PoolEntry acquireEntry(String operation, int lane, long timeoutNanos) throws SQLException {
        return acquirer.acquireEntry(operation, lane, timeoutNanos);
    }

    /**
     * The number of the lane of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public int lane(String name) {
        return line.lane(name);
    }

    /** The holder gave it back. */
    void release(PoolEntry entry, int lease) {
        releaser.release(entry, lease);
    }

    /** The holder has let go of it: it leaves, passes on or becomes idle. */
    void letGo(PoolEntry entry, int lease) {
        releaser.letGo(entry, lease);
    }

    /** The holder gave it back, but the lease had ended already; counts it when the connection was closed under him. */
    void releasedLate(PoolEntry entry, int lease) {
        releaser.releasedLate(entry, lease);
    }

    /** Matches callers in line with connections; see {@link Dispatcher}. */
    void serve() {
        dispatcher.serve();
    }

    /** Matches them, and sees that enough are idle. */
    void keepIdle() {
        dispatcher.keepIdle();
    }

    /** A connect apart from the opener's succeeded. */
    void tookToConnect(long nanos) {
        locked(() -> opener.tookToConnect(nanos));
    }

    /** An entry that was opened or validated goes to the first in line, or becomes idle. */
    void admit(PoolEntry entry) {
        dispatcher.admit(entry);
    }

    /** A call on the connection failed. */
    void failed(PoolEntry entry, SQLException error) {
        suspicion.failed(entry, error);
    }

    /** What the holder changed could not be undone. */
    void resetFailed(PoolEntry entry, Throwable cause) {
        entry.evictAtRelease(EvictReason.FAILED_RESET);
        if (!listeners.none()) {
            tell(new PoolEvent.Failed(name(), entry.id(), cause));
        }
        long heldBack = resetPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            crews.logs()
                    .work(() -> LOG.warn(
                            "reset failed pool={} connection={} notLogged={} cause={}",
                            name(),
                            entry.id(),
                            heldBack,
                            Secret.mask(String.valueOf(cause))));
        }
    }

    /** Lock held. What can be served is reckoned with all that may be open, unless the database gives no more. */
    private int connectionsToCountOn() {
        if (opener.failuresInRow() > 0) {
            return shelf.size();
        }
        int most = share == null ? config.maxSize() : share.most(config.maxSize(), shelf.size());
        return Math.max(most, shelf.size());
    }

    /** Called on each tick of the clock while the pool is used. */
    private void ticked() {
        if (!line.isEmpty()) {
            dispatcher.refuseLost();
        }
    }

    // Entries come and go.

    /**
     * Puts a new connection on the shelf, in state VALIDATING, if {@code wanted} (asked under the lock) says so and
     * there is room; closes it otherwise.
     */
    @Nullable
    PoolEntry adopt(Connector.Connected connected, BooleanSupplier wanted) {
        var entry = new PoolEntry(
                this,
                ids.incrementAndGet(),
                connected.physical(),
                connected.session(),
                clock.getAsLong(),
                connected.login());
        entry.lookout(connected.lookout());
        entry.host(connected.host());
        boolean counts = false;
        lock.lock();
        try {
            if (wanted.getAsBoolean()) {
                counters.opened();
                if (state != PoolState.CLOSED && shelf.size() < config.maxSize()) {
                    shelf.add(entry);
                    renewal.limit(entry, config);
                    renewal.loginChanged(connector.logins().generation(), now());
                    hosts.adopted(entry);
                    return entry;
                }
                counters.closed(state == PoolState.CLOSED ? EvictReason.POOL_CLOSED : EvictReason.SURPLUS);
                counts = true;
                closer.takePlace();
            }
        } finally {
            lock.unlock();
        }
        if (counts) {
            closer.endSurplus(connected.physical());
        } else {
            closer.end(connected.physical(), false);
        }
        return null;
    }

    /** Takes an entry, already CLOSED, from the shelf and has its socket closed. */
    void retire(PoolEntry entry, EvictReason reason, boolean abort) {
        lock.lock();
        try {
            if (!shelf.remove(entry)) {
                return;
            }
            counters.gone(entry, reason);
            renewal.gone(entry, reason);
            line.leaseEnded(entry);
            closer.takePlace();
        } finally {
            lock.unlock();
        }
        if (!listeners.none()) {
            tell(new PoolEvent.Evicted(name(), entry.id(), reason));
        }
        closer.close(entry, reason, abort);
    }

    /** Ends a lease in its holder's stead; see {@link Releaser#leave}. */
    void leave(PoolEntry entry, int lease, EvictReason reason, boolean abort) {
        releaser.leave(entry, lease, reason, abort);
    }

    /** As much of a statement as may be shown. */
    String shownSql(@Nullable String sql) {
        return leases.shown(sql);
    }

    /** Places taken in the pool: open connections, and sockets that are just being closed. */
    int places() {
        return shelf.size() + closer.counted();
    }

    /** Something died: every connection not heard of after that moment is validated, in the background and before hand-out. */
    void suspect(long heardBefore) {
        suspicion.raise(heardBefore);
    }

    /** Connects under way are given up, failures and pauses between connects forgotten. */
    void forgetConnects() {
        locked(opener::reset);
    }

    /** A suspect became idle. */
    void sweep() {
        validator.sweep();
    }

    private void clockJumped() {
        suspicion.clockJumped();
    }

    /** A holder-to-be saw that nobody is at the other end; the entry is ACTIVE and leaves. */
    void foundDead(PoolEntry entry) {
        suspicion.foundDead(entry);
    }

    void closedOne() {
        locked(progress::signalAll);
    }

    // What operators do.

    /** Holds callers back. */
    public void pause() {
        locked(() -> {
            if (state == PoolState.RUNNING) {
                state = PoolState.PAUSED;
            }
        });
        LOG.info("pool paused pool={} state={}", name(), state);
    }

    /** Serves callers again. */
    public void resume() {
        locked(() -> {
            if (!isEnding && state != PoolState.CLOSED) {
                state = PoolState.RUNNING;
                progress.signalAll();
            }
        });
        serve();
        LOG.info("pool resumed pool={} state={}", name(), state);
    }

    /** Retires all connections. */
    public void evictAll() {
        for (var entry : shelf.entries()) {
            evict(entry);
        }
        serve();
    }

    /** Retires that one; false when there is none of that number. */
    public boolean evict(long connection) {
        var entry = entry(connection);
        if (entry == null) {
            return false;
        }
        evict(entry);
        serve();
        return true;
    }

    private void evict(PoolEntry entry) {
        entry.evictAtRelease(EvictReason.REQUESTED);
        if (entry.tryCloseFromIdle()) {
            retire(entry, EvictReason.REQUESTED, false);
        }
    }

    /** Takes that lease from its holder and cancels what runs in it; false when it has ended, or there is none such. */
    public boolean cancel(long connection, int lease) {
        var entry = entry(connection);
        return entry != null && CancelledLease.cancel(entry, lease);
    }

    private @Nullable PoolEntry entry(long connection) {
        for (var entry : shelf.entries()) {
            if (entry.id() == connection) {
                return entry;
            }
        }
        return null;
    }

    /** The emergency drain-and-clear. */
    public void reset() {
        forgetConnects();
        evictAll();
        LOG.warn("pool reset pool={} all connections are being replaced", name());
    }

    /** The credentials provider says another login than before. */
    public void credentialsChanged() {
        connector.logins().changed();
        LOG.info("login changed pool={} connections are being renewed", name());
    }

    /** What was opened with another login is renewed. */
    private void loginChanged() {
        locked(() -> renewal.loginChanged(connector.logins().generation(), now()));
        renewal.next();
    }

    /** What was opened to an address that its name has left is due. */
    private void addressLeft() {
        renewal.next();
        hosts.addressLeft();
    }

    /** Refuses newcomers and waits for leases to end. */
    public DrainReport drain(long nanos) throws InterruptedException {
        return Shutdown.drain(this, nanos);
    }

    /** Ends the pool. */
    public DrainReport close(long nanos) {
        var report = Shutdown.close(this, nanos);
        hosts.close();
        var bean = management;
        if (bean != null) {
            bean.unregister();
        }
        listeners.awaitDelivered(EVENTS_NANOS);
        return report;
    }

    /** Applies other settings. */
    public ReconfigureReport reconfigure(PoolConfig wanted) {
        var outcome = Reconfiguration.plan(config, wanted);
        boolean isLoginChanged = outcome.report().changed().stream()
                .anyMatch(change -> change.key().equals("credentials"));
        locked(() -> {
            config = outcome.effective();
            renewal.reconfigured(config);
        });
        tracesAcquires = config.acquireTracing();
        ticker.reconfigure(config);
        if (isLoginChanged) {
            connector.logins().changed();
        }
        housekeeper.restart();
        serve();
        hosts.reconfigured();
        LOG.info("pool reconfigured pool={} changed={}", name(), shown(outcome.report()));
        return outcome.report();
    }

    private static List<String> shown(ReconfigureReport report) {
        return report.changed().stream()
                .map(change -> change.key() + ":" + change.before() + "->" + change.after())
                .toList();
    }

    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PoolListener listener) {
        listeners.remove(listener);
    }

    /** A physical connection outside of the pool. */
    public Connection openUnpooled(long limitNanos) throws SQLException {
        return Apart.connect(this, connector, limitNanos);
    }

    // What readers see.

    public PoolConfig config() {
        return config;
    }

    /** The state now; adds up as {@link PoolSnapshot} says. */
    public PoolSnapshot snapshot() {
        lock.lock();
        try {
            return SnapshotBuilder.build(this, shelf.entries(), counters, ticker, opener);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has acquired for so long that nothing is kept open. */
    public boolean isQuiet() {
        long limit = config.quietAfter().toNanos();
        return limit != 0 && ticker.unusedNanos(now()) >= limit && line.isEmpty();
    }

    /** Who holds a connection, longest first. */
    public List<Lease> leases() {
        leases.look(MOST_LOOKED_AT);
        return leases.all();
    }

    /** Places from which connections were not given back in time. */
    public List<LeakSite> leakSites() {
        return leakWatch.sites();
    }

    /** Its hosts, where there are several. */
    public PoolHosts hosts() {
        return hosts;
    }

    Leases leaseReader() {
        return leases;
    }

    LeakWatch leakWatch() {
        return leakWatch;
    }

    String name() {
        return config.name();
    }

    long now() {
        return clock.getAsLong();
    }

    PoolState state() {
        return state;
    }

    /** Lock held. The pool is being closed, and nothing makes it run again. */
    void ending() {
        isEnding = true;
        state = PoolState.DRAINING;
    }

    /** Lock held. */
    void state(PoolState next) {
        state = next;
    }

    WaitLine line() {
        return line;
    }

    Shelf shelf() {
        return shelf;
    }

    PoolCounters counters() {
        return counters;
    }

    SessionEnds sessionEnds() {
        return sessionEnds;
    }

    Crews crews() {
        return crews;
    }

    Closer closer() {
        return closer;
    }

    Opener opener() {
        return opener;
    }

    PoolLog log() {
        return log;
    }

    @Nullable
    Share share() {
        return share;
    }

    Renewal renewal() {
        return renewal;
    }

    Housekeeper housekeeper() {
        return housekeeper;
    }

    Ticker ticker() {
        return ticker;
    }

    Condition progress() {
        return progress;
    }

    ReentrantLock lock() {
        return lock;
    }

    boolean tracesAcquires() {
        return tracesAcquires;
    }

    void tell(PoolEvent event) {
        listeners.tell(event);
    }

    boolean heard() {
        return !listeners.none();
    }

    void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
