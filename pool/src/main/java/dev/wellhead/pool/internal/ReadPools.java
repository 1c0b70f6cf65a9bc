// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.ReplicaReads;
import dev.wellhead.pool.StartMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pool for each replica, of the same settings, opened when somebody first reads from it.
 *
 * <p>A replica that is not fit to be read from any more (down, too far behind, promoted) is left: its callers in line go
 * on to another, its idle connections are closed, those in use at their release, or after {@link #PATIENCE_NANOS} when
 * it does not answer. When it is fit again it is taken in again. Who finds no replica is served by the pool itself, read-only.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #lock} guards the pools and their leaving and coming back; locks of pools are taken under it, never the other way
 * round.
 */
final class ReadPools {

    private static final Logger LOG = LoggerFactory.getLogger(ReadPools.class);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REPEAT_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int LONGEST_NAME = 40;

    private final Pool main;
    private final Hosts hosts;
    private final List<Host> all;
    private final UnaryOperator<String> showable;
    private final AtomicInteger turn = new AtomicInteger();
    private final LongAdder fallbacks = new LongAdder();
    private final LogPace fallbackPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Map<Host, Pool> pools = Map.of();

    /** One way to take a connection from a pool. */
    interface Way<T> {
        T take(Pool pool, long nanos) throws SQLException;
    }

    ReadPools(Pool main, Hosts hosts, List<Host> all, UnaryOperator<String> showable) {
        this.main = main;
        this.hosts = hosts;
        this.all = List.copyOf(all);
        this.showable = showable;
    }

    /** A read-only handle on a replica, or on the pool itself when no replica is fit. */
    Connection acquire(String operation, int lane, long timeoutNanos) throws SQLException {
        long began = main.now();
        long limit = timeoutNanos < 0 ? main.config().acquireTimeout().toNanos() : timeoutNanos;
        var found = take(limit, (pool, nanos) -> pool.acquire(operation, lane, nanos));
        return found != null
                ? found
                : main.hosts().acquireReadOnly(operation, lane, Math.max(0, limit - (main.now() - began)));
    }

    /**
     * Takes from a replica, going on to the next when one is lost meanwhile.
     *
     * @return null when none is fit
     */
    <T> @Nullable T take(long limitNanos, Way<T> way) throws SQLException {
        var config = main.config();
        if (!isServing(config)) {
            return null;
        }
        long began = main.now();
        var tried = new HashSet<Host>();
        for (var host = next(config, tried); host != null; host = next(config, tried)) {
            tried.add(host);
            var pool = pool(host);
            try {
                if (pool != null) {
                    return way.take(pool, Math.max(0, limitNanos - (main.now() - began)));
                }
            } catch (AcquireRefusedException e) {
                if (e.reason() != RefusalReason.DATABASE_DOWN || limitNanos - (main.now() - began) <= 0) {
                    throw e;
                }
            }
        }
        fallbacks.increment();
        long heldBack = fallbackPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            main.crews()
                    .logs()
                    .work(() -> LOG.warn(
                            "no replica is fit, reads go where writes go pool={} notLogged={}", main.name(), heldBack));
        }
        return null;
    }

    private boolean isServing(PoolConfig config) {
        return config.replicaReads() != ReplicaReads.OFF && main.state() == PoolState.RUNNING;
    }

    /** Whether there is a replica to read from now. */
    boolean isAnyFit() {
        return isServing(main.config()) && all.stream().anyMatch(Host::isReadable);
    }

    private @Nullable Host next(PoolConfig config, Set<Host> tried) {
        var fit = all.stream()
                .filter(host -> host.isReadable() && !tried.contains(host))
                .toList();
        if (fit.isEmpty()) {
            return null;
        }
        int first = Math.floorMod(turn.getAndIncrement(), fit.size());
        if (config.replicaReads() == ReplicaReads.ROUND_ROBIN) {
            return fit.get(first);
        }
        Host best = null;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < fit.size(); i++) {
            // From another one each time, so that those with as few take turns.
            var host = fit.get((first + i) % fit.size());
            var pool = pools.get(host);
            int active = pool == null ? 0 : pool.shelf().count(PoolEntry.State.ACTIVE);
            if (active < least) {
                best = host;
                least = active;
            }
        }
        return best;
    }

    /** The pool of that replica; null when the pool itself is closed. */
    private @Nullable Pool pool(Host host) {
        var known = pools.get(host);
        if (known != null) {
            return known;
        }
        lock.lock();
        try {
            known = pools.get(host);
            if (known == null && main.state() == PoolState.RUNNING) {
                known = main.openReplica(config(host, main.config()), showable);
                known.hosts().follow(hosts);
                var more = new LinkedHashMap<>(pools);
                more.put(host, known);
                pools = Map.copyOf(more);
                known.hosts().observe(main.hosts().observer());
                sync(host);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private PoolConfig config(Host host, PoolConfig config) {
        var name = config.name();
        return config.toBuilder()
                .name((name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME)) + ".replica-"
                        + (all.indexOf(host) + 1))
                .jdbcUrl(host.url())
                .readOnly(true)
                .startMode(StartMode.LAZY)
                .build();
    }

    /** The host may have become fit or unfit. Never blocks for long: nothing under it waits. */
    void sync(Host host) {
        lock.lock();
        try {
            var pool = pools.get(host);
            if (pool != null && pool.hosts().isLost() == host.isReadable()) {
                if (host.isReadable()) {
                    pool.hosts().back();
                } else {
                    pool.hosts().lost(false);
                    var unused = PoolThreads.after(
                            PATIENCE_NANOS, () -> main.crews().rest().work(() -> endHanging(host, pool)));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void endHanging(Host host, Pool pool) {
        if (!host.isAnswering()) {
            pool.hosts().lost(true);
        }
    }

    /** Other settings are in force. */
    void reconfigure(PoolConfig config) {
        pools.forEach((host, pool) -> pool.reconfigure(config(host, config)));
    }

    /** Those that are open. */
    List<Pool> open() {
        // Who is just opening one is waited for, so that whoever closes the pool misses none.
        lock.lock();
        try {
            return new ArrayList<>(pools.values());
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Pool openOf(Host host) {
        return pools.get(host);
    }

    /** How often somebody who only reads found no replica. */
    long fallbacks() {
        return fallbacks.sum();
    }
}
