// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Looks after a pool every {@code housekeeperInterval}: ages, idle times, keepalives, leaks, and that enough connections
 * are idle. It never blocks: what may block goes to workers.
 *
 * <p>Connections at the end of their lifetime are {@link Renewal}'s. When nobody acquired for {@code quietAfter} all are
 * closed, and nothing is opened, renewed or asked before the next acquire.
 */
final class Housekeeper {

    private final Pool pool;
    private final Shelf shelf;
    private final Validator validator;
    private final LeakWatch leakWatch;
    private final Renewal renewal;
    private final AddressWatch addresses;
    private volatile @Nullable Future<?> timer;

    Housekeeper(Pool pool, Validator validator, LeakWatch leakWatch, Renewal renewal, AddressWatch addresses) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.validator = validator;
        this.leakWatch = leakWatch;
        this.renewal = renewal;
        this.addresses = addresses;
    }

    void start() {
        timer = PoolThreads.every(pool.config().housekeeperInterval().toNanos(), () -> pass(pool.now()));
    }

    synchronized void stop() {
        var running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** Takes another interval; does nothing once the pool is closed, which {@link #stop() stops} it after it says so. */
    void restart() {
        synchronized (this) {
            if (pool.state() == PoolState.CLOSED) {
                return;
            }
            stop();
            start();
        }
        pass(pool.now());
    }

    /** One look at everything. */
    void pass(long now) {
        pool.ticker().beat();
        if (pool.isQuiet()) {
            closeIdle();
        } else {
            closeSurplus();
            closeIdleTooLong(now);
            addresses.pass();
            renewal.pass(now);
            keepAlive(now);
        }
        leakWatch.pass(now);
        pool.log().lookAtUse();
        shelf.forgetClosed();
        forgetHolders(now);
        pool.keepIdle();
    }

    /** Lets go of threads and texts of leases that ended at least one pass ago. */
    private void forgetHolders(long now) {
        long interval = pool.config().housekeeperInterval().toNanos();
        for (var entry : shelf.entries()) {
            if (entry.remembersHolder() && entry.idleNanos(now) >= interval && entry.tryValidateFromIdle(now)) {
                entry.forget();
                pool.admit(entry);
            }
        }
    }

    private void closeSurplus() {
        for (var entry : leastRecentlyUsed()) {
            if (shelf.size() <= pool.config().maxSize()) {
                return;
            }
            evictIdle(entry, EvictReason.POOL_SHRUNK);
        }
    }

    private void closeIdle() {
        for (var entry : shelf.entries()) {
            evictIdle(entry, EvictReason.QUIET);
        }
    }

    private void closeIdleTooLong(long now) {
        long limit = pool.config().idleTimeout().toNanos();
        if (limit == 0) {
            return;
        }
        int spare = shelf.count(State.IDLE) - pool.config().minIdle();
        for (var entry : leastRecentlyUsed()) {
            if (spare <= 0) {
                return;
            }
            if (entry.idleNanos(now) >= limit && evictIdle(entry, EvictReason.IDLE_TIMEOUT)) {
                spare--;
            }
        }
    }

    private void keepAlive(long now) {
        long interval = pool.config().keepaliveInterval().toNanos();
        if (interval == 0) {
            return;
        }
        for (var entry : shelf.entries()) {
            if (entry.state() == State.IDLE && now - entry.aliveTick() >= interval && entry.tryValidateFromIdle(now)) {
                validator.validate(entry, EvictReason.FAILED_KEEPALIVE);
            }
        }
    }

    private boolean evictIdle(PoolEntry entry, EvictReason reason) {
        if (!entry.tryCloseFromIdle()) {
            return false;
        }
        pool.retire(entry, reason, false);
        return true;
    }

    private Iterable<PoolEntry> leastRecentlyUsed() {
        var idle = new ArrayList<PoolEntry>();
        for (var entry : shelf.entries()) {
            if (entry.state() == State.IDLE) {
                idle.add(entry);
            }
        }
        // Ticks are compared by difference, as nanoTime demands.
        long now = pool.now();
        idle.sort(Comparator.comparingLong(entry -> entry.idleSinceTick() - now));
        return idle;
    }
}
