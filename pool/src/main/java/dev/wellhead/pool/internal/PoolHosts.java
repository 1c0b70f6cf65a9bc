// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.spi.StatementObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One pool and its hosts: those of its own URL where that names several, or the one replica whose pool it is. */
public final class PoolHosts {

    private final Pool pool;
    /** Null where the URL names one host. */
    private final @Nullable Hosts hosts;
    /** Who is told when something speaks against a host: its own, or those among which it is the pool of a replica. */
    private volatile @Nullable Hosts doubted;
    /** Who else is told; null: nobody. */
    private volatile @Nullable Runnable doubter;
    /** All who are told of statements, also those of replicas; guarded by itself. */
    private final List<StatementObserver> observers = new ArrayList<>();
    /** They as one; null: nobody. */
    private volatile @Nullable StatementObserver observer;
    /** Whether its only host is not to be used for now; changes under the pool's lock. */
    private volatile boolean isLost;

    PoolHosts(Pool pool, Connector connector, UnaryOperator<String> showable) {
        this.pool = pool;
        this.hosts = Hosts.of(pool, connector, showable);
        this.doubted = hosts;
        if (hosts != null) {
            connector.follow(hosts);
        }
    }

    void start() {
        if (hosts != null) {
            hosts.start();
        }
    }

    void close() {
        if (hosts != null) {
            hosts.close();
        }
    }

    /** Something speaks against a host: its role is asked at once. */
    void doubt() {
        var told = doubted;
        if (told != null) {
            told.doubt();
        }
        var other = doubter;
        if (other != null) {
            other.run();
        }
    }

    /** Who is told of each {@link #doubt}, on the thread that finds out; quick, and throws nothing. */
    public void onDoubt(Runnable quick) {
        doubter = quick;
    }

    /** Somebody more who is told of each statement, of replicas too. */
    public void addObserver(StatementObserver added) {
        synchronized (observers) {
            observers.add(added);
            observe(StatementObservers.of(observers));
        }
    }

    /** He is told no more. */
    public void removeObserver(StatementObserver removed) {
        synchronized (observers) {
            observers.removeIf(each -> each == removed);
            observe(StatementObservers.of(observers));
        }
    }

    /** Who is told of each statement, of replicas too; null: nobody. */
    void observe(@Nullable StatementObserver other) {
        observer = other;
        for (var each : pools()) {
            each.hosts().observer = other;
        }
    }

    @Nullable
    StatementObserver observer() {
        return observer;
    }

    /** A host's name leads to another address now: its role is asked there. */
    void addressLeft() {
        var told = doubted;
        if (told != null) {
            told.reconnect();
        }
    }

    /** This is the pool of one of their replicas. */
    void follow(Hosts several) {
        doubted = several;
    }

    /** A new connection is on the shelf; it may have been opened to a host that is not the one any more. */
    void adopted(PoolEntry entry) {
        if (hosts != null && !hosts.isTarget(entry.host())) {
            entry.evictAtRelease(EvictReason.FAILOVER);
        }
    }

    /**
     * Connections go to another host from now on: those to others leave, and new ones are opened without a pause.
     *
     * @param abort whether also those in use are ended, for nobody answers there, or it is not to be written to any more
     */
    void moved(boolean abort) {
        pool.forgetConnects();
        for (var entry : pool.shelf().entries()) {
            if (hosts != null && !hosts.isTarget(entry.host())) {
                leaves(entry, abort);
            }
        }
        pool.serve();
    }

    /** Whether nobody is served and nothing opened. */
    boolean isLost() {
        return isLost;
    }

    /** Nobody is served and nothing opened until {@link #back}; connections leave, those in use at once if so said. */
    void lost(boolean abort) {
        pool.locked(() -> {
            isLost = true;
            Shutdown.refuseLine(pool, RefusalReason.DATABASE_DOWN);
        });
        pool.forgetConnects();
        for (var entry : pool.shelf().entries()) {
            leaves(entry, abort);
        }
    }

    void back() {
        pool.locked(() -> isLost = false);
        pool.serve();
    }

    private void leaves(PoolEntry entry, boolean abort) {
        entry.evictAtRelease(EvictReason.FAILOVER);
        if (entry.tryCloseFromIdle() || (abort && (entry.tryCloseFromValidating() || entry.tryCloseFromActive()))) {
            pool.retire(entry, EvictReason.FAILOVER, abort);
        }
    }

    /** The replicas' pools take what can change while they run from the pool's settings. */
    void reconfigured() {
        if (hosts != null) {
            hosts.reads().reconfigure(pool.config());
        }
    }

    /** A read-only handle, on a replica where there is a fit one; waits as {@link Pool#acquire}. */
    public Connection acquireRead(String operation, int lane, long timeoutNanos) throws SQLException {
        return hosts == null
                ? acquireReadOnly(operation, lane, timeoutNanos)
                : hosts.reads().acquire(operation, lane, timeoutNanos);
    }

    /** A handle of the pool itself that is read-only. */
    Connection acquireReadOnly(String operation, int lane, long timeoutNanos) throws SQLException {
        var connection = (ConnectionHandle) pool.acquire(operation, lane, timeoutNanos);
        try {
            connection.makeReadOnly();
            return connection;
        } catch (SQLException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /** The pools of the replicas; null where there is one host. */
    @Nullable
    ReadPools reads() {
        return hosts == null ? null : hosts.reads();
    }

    /** Whether its connections ought to take writes, by its settings and by the role that the URL asks for. */
    boolean expectsWrites() {
        return !pool.config().readOnly() && (hosts == null || hosts.expectsWrites());
    }

    /** The pool, and those of the replicas that are open. */
    public List<Pool> pools() {
        var all = new ArrayList<Pool>();
        all.add(pool);
        if (hosts != null) {
            all.addAll(hosts.reads().open());
        }
        return all;
    }

    /** How often somebody who only reads found no replica. */
    public long readFallbacks() {
        return hosts == null ? 0 : hosts.reads().fallbacks();
    }

    /** All as last seen, in the order of the URL; empty where it names one. */
    public List<HostSnapshot> snapshot() {
        return hosts == null ? List.of() : hosts.snapshot();
    }
}
