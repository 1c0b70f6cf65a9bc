// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.DrainReport;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.ReconfigureReport;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
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
 * I/O, callbacks or logging, and no other lock is taken under it but the ticker's monitor, which takes none. The fast
 * path takes no lock.
 */
public final class Pool {

    private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
    private static final long REPEAT_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier clock;
    private final Shelf shelf = new Shelf();
    private final WaitLine line = new WaitLine();
    private final PoolCounters counters = new PoolCounters();
    private final Listeners listeners;
    private final Ticker ticker;
    private final Connector connector;
    private final Opener opener;
    private final Closer closer;
    private final Dispatcher dispatcher;
    private final Acquirer acquirer;
    private final Releaser releaser;
    private final Housekeeper housekeeper;
    private final LogPace brokenPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    private final LogPace resetPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    private final AtomicLong ids = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private volatile PoolState state = PoolState.RUNNING;
    private volatile PoolConfig config;

    private Pool(PoolConfig config, List<PoolListener> listeners, LongSupplier clock) {
        this.config = config;
        this.clock = clock;
        this.listeners = new Listeners(config.name(), listeners, counters.listenerFailures);
        this.ticker = new Ticker(clock, shelf, line, config.validateAfterIdle().toNanos());
        this.connector = new Connector(config.jdbcUrl(), this::config);
        this.opener = new Opener(this, connector);
        this.closer = new Closer(this);
        var validator = new Validator(this);
        this.dispatcher = new Dispatcher(this, opener, validator);
        this.acquirer = new Acquirer(this, opener, dispatcher);
        this.releaser = new Releaser(this, dispatcher);
        this.housekeeper = new Housekeeper(this, shelf, validator);
    }

    /** Opens a pool as its start mode says. */
    public static Pool open(PoolConfig config, List<PoolListener> listeners) {
        return open(config, listeners, System::nanoTime);
    }

    static Pool open(PoolConfig config, List<PoolListener> listeners, LongSupplier clock) {
        var pool = new Pool(config, listeners, clock);
        Starter.start(pool, pool.connector);
        pool.housekeeper.start();
        PoolThreads.work(pool::serve);
        return pool;
    }

    /** A handle on a connection, waiting that long, or {@code acquireTimeout} if negative. */
    public Connection acquire(String operation, long timeoutNanos) throws SQLException {
        return acquirer.acquire(operation, timeoutNanos);
    }

    /** The holder gave it back. */
    void release(PoolEntry entry) {
        releaser.release(entry);
    }

    /** Matches callers in line with connections; see {@link Dispatcher}. */
    void serve() {
        dispatcher.serve();
    }

    /** An entry that was opened or validated goes to the first in line, or becomes idle. */
    void admit(PoolEntry entry) {
        dispatcher.admit(entry);
    }

    /** A call on the connection failed. */
    void failed(PoolEntry entry, SQLException error) {
        if (!FatalErrors.isFatal(error, entry.driver()) || entry.evictReason() == EvictReason.ABORTED) {
            return;
        }
        if (entry.evictReason() == EvictReason.BROKEN) {
            // What follows a death, such as the rollback, fails too and says nothing new.
            return;
        }
        counters.errors.increment();
        entry.evictAtRelease(EvictReason.BROKEN);
        suspectAll();
        if (!listeners.none()) {
            tell(new PoolEvent.Failed(name(), entry.id(), error));
        }
        long heldBack = brokenPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            PoolThreads.work(() -> LOG.warn(
                    "connection broken pool={} connection={} sqlState={} notLogged={} cause={}",
                    name(),
                    entry.id(),
                    error.getSQLState(),
                    heldBack,
                    JdbcUrl.mask(String.valueOf(error.getMessage()))));
        }
    }

    /** What the holder changed could not be undone. */
    void resetFailed(PoolEntry entry, Throwable cause) {
        entry.evictAtRelease(EvictReason.FAILED_RESET);
        if (!listeners.none()) {
            tell(new PoolEvent.Failed(name(), entry.id(), cause));
        }
        long heldBack = resetPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            PoolThreads.work(() -> LOG.warn(
                    "reset failed pool={} connection={} notLogged={} cause={}",
                    name(),
                    entry.id(),
                    heldBack,
                    JdbcUrl.mask(String.valueOf(cause))));
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
                housekeeper.lifetimeNanos());
        lock.lock();
        try {
            if (wanted.getAsBoolean()) {
                counters.opened();
                if (state != PoolState.CLOSED && shelf.size() < config.maxSize()) {
                    shelf.add(entry);
                    return entry;
                }
                counters.closed(state == PoolState.CLOSED ? EvictReason.POOL_CLOSED : EvictReason.SURPLUS);
            }
        } finally {
            lock.unlock();
        }
        closer.end(connected.physical(), false);
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
            closer.takePlace();
        } finally {
            lock.unlock();
        }
        if (!listeners.none()) {
            tell(new PoolEvent.Evicted(name(), entry.id(), reason));
        }
        closer.close(entry, reason, abort);
    }

    /**
     * Has a replacement opened for an idle entry where one is needed and there is room for both; the entry leaves when
     * it is there, and stays as long as none can be opened.
     *
     * @return false when the entry should leave now
     */
    boolean replace(PoolEntry entry) {
        List<Opener.Attempt> opens;
        lock.lock();
        try {
            if (state != PoolState.RUNNING
                    || shelf.count(State.IDLE) > config.minIdle()
                    || places() >= config.maxSize()) {
                return false;
            }
            opens = opener.planReplacement(entry, places(), config.maxSize());
        } finally {
            lock.unlock();
        }
        opener.begin(opens);
        return true;
    }

    /** The replacement is open: the old one leaves, now or at its release. */
    void replaced(PoolEntry entry) {
        entry.evictAtRelease(EvictReason.MAX_LIFETIME);
        if (entry.tryCloseFromIdle()) {
            retire(entry, EvictReason.MAX_LIFETIME, false);
        }
    }

    /** Places taken in the pool: open connections, and sockets that are just being closed. */
    int places() {
        return shelf.size() + closer.counted();
    }

    /** Something died: every connection not heard of since is validated before hand-out. */
    void suspectAll() {
        ticker.suspectAll();
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
        LOG.info("pool paused pool={}", name());
    }

    /** Serves callers again. */
    public void resume() {
        locked(() -> {
            if (state != PoolState.CLOSED) {
                state = PoolState.RUNNING;
            }
        });
        serve();
        LOG.info("pool resumed pool={}", name());
    }

    /** Retires all connections. */
    public void evictAll() {
        for (var entry : shelf.entries()) {
            entry.evictAtRelease(EvictReason.REQUESTED);
            if (entry.tryCloseFromIdle()) {
                retire(entry, EvictReason.REQUESTED, false);
            }
        }
        serve();
    }

    /** The emergency drain-and-clear. */
    public void reset() {
        locked(opener::reset);
        evictAll();
        LOG.warn("pool reset pool={} all connections are being replaced", name());
    }

    /** Refuses newcomers and waits for leases to end. */
    public DrainReport drain(long nanos) throws InterruptedException {
        return Shutdown.drain(this, nanos);
    }

    /** Ends the pool. */
    public DrainReport close(long nanos) {
        return Shutdown.close(this, nanos);
    }

    /** Applies other settings. */
    public ReconfigureReport reconfigure(PoolConfig wanted) {
        var outcome = Reconfiguration.plan(config, wanted);
        locked(() -> config = outcome.effective());
        ticker.validateAfterIdle(config.validateAfterIdle().toNanos());
        if (state != PoolState.CLOSED) {
            housekeeper.restart();
        }
        serve();
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
        return Apart.connect(connector, closer, limitNanos);
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

    /** Who holds a connection, longest first. */
    public List<Lease> leases() {
        long now = clock.getAsLong();
        var leases = new ArrayList<Lease>();
        for (var entry : shelf.entries()) {
            var lease = entry.lease(now);
            if (lease != null) {
                leases.add(lease);
            }
        }
        leases.sort((a, b) -> b.held().compareTo(a.held()));
        return List.copyOf(leases);
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

    Closer closer() {
        return closer;
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
