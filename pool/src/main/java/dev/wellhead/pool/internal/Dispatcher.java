// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.StartMode;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings callers in line and connections together.
 *
 * <h2>Hand-off</h2>
 *
 * A connection that is released, opened or validated while somebody waits passes straight to the first in line and never
 * becomes idle in between, so a newcomer cannot overtake.
 *
 * <p>No wake-up is lost: a releaser makes the connection idle and <em>then</em> looks whether anybody waits
 * ({@link #afterIdle}); a caller joins the line and <em>then</em> looks for idle connections ({@link #serve}). Both are
 * volatile accesses, so at least one of the two sees the other.
 */
final class Dispatcher {

    private static final long SUSPICION_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Opener opener;
    private final Validator validator;
    /** Whether a caller has ever waited; guarded by the pool's lock. */
    private boolean asked;

    Dispatcher(Pool pool, Opener opener, Validator validator) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.opener = opener;
        this.validator = validator;
    }

    /** Matches callers in line with idle connections, has stale ones validated, and has missing ones opened. */
    void serve() {
        List<PoolEntry> overdue = List.of();
        List<PoolEntry> stale = List.of();
        List<Opener.Attempt> opens = List.of();
        List<Waiter> served = List.of();
        pool.lock().lock();
        try {
            if (pool.state() != PoolState.CLOSED) {
                asked |= !line.isEmpty();
                served = serveIdle();
                overdue = line.isEmpty() ? List.of() : validator.overdue(shelf.entries(), pool.now());
                stale = claimStale();
                opens = opener.plan(wantedOpens(), pool.places(), pool.config().maxSize());
            }
        } finally {
            pool.lock().unlock();
        }
        served.forEach(waiter -> LockSupport.unpark(waiter.thread));
        stale.forEach(entry -> validator.validate(entry, EvictReason.FAILED_VALIDATION));
        opener.begin(opens);
        overdue.forEach(validator::giveUp);
    }

    private boolean isServing() {
        return pool.state() == PoolState.RUNNING || pool.state() == PoolState.DRAINING;
    }

    /** Lock held. */
    private List<Waiter> serveIdle() {
        var served = new ArrayList<Waiter>();
        for (var waiter = line.first(); waiter != null && isServing(); waiter = line.first()) {
            var entry = shelf.take(waiter.thread, ticker.freshAfter());
            if (entry == null) {
                break;
            }
            give(waiter, entry);
            served.add(waiter);
        }
        return served;
    }

    /** Lock held. Idle connections that need to be validated for those who still wait. */
    private List<PoolEntry> claimStale() {
        int wanted = isServing() ? line.size() - shelf.count(State.VALIDATING) : 0;
        var claimed = new ArrayList<PoolEntry>();
        for (var entry : shelf.entries()) {
            if (claimed.size() >= wanted) {
                break;
            }
            if (entry.tryValidateFromIdle(pool.now())) {
                claimed.add(entry);
            }
        }
        return claimed;
    }

    /** Lock held. How many connects should be under way. */
    private int wantedOpens() {
        int waiting = isServing() ? line.size() : 0;
        if (pool.state() == PoolState.DRAINING && waiting == 0) {
            return 0;
        }
        int validating = shelf.count(State.VALIDATING);
        // After a death nobody relies on the others: a fresh connection is opened beside their validation.
        int relied = ticker.suspectedWithin(SUSPICION_NANOS) ? 0 : validating;
        int forLine = waiting - relied;
        boolean keepsIdle = asked || pool.config().startMode() != StartMode.LAZY;
        int forIdle = keepsIdle ? pool.config().minIdle() - shelf.count(State.IDLE) - validating : 0;
        return Math.max(forLine, forIdle);
    }

    /** Lock held; the entry is ACTIVE and nobody's. The caller unparks the waiter after it let go of the lock. */
    private void give(Waiter waiter, PoolEntry entry) {
        line.remove(waiter);
        entry.beginLease(waiter.thread, waiter.operation, ticker.tick(), false);
        waiter.serve(entry);
    }

    /** An entry that was opened or validated goes to the first in line, or becomes idle. */
    void admit(PoolEntry entry) {
        if (entry.evictReason() != null || pool.state() == PoolState.CLOSED) {
            if (entry.tryCloseFromValidating()) {
                pool.retire(entry, reasonOf(entry, EvictReason.POOL_CLOSED), false);
            }
            return;
        }
        Waiter waiter;
        pool.lock().lock();
        try {
            waiter = isServing() ? line.first() : null;
            if (waiter != null && entry.tryActivateFromValidating()) {
                give(waiter, entry);
            } else {
                waiter = null;
                entry.tryIdleFromValidating();
            }
        } finally {
            pool.lock().unlock();
        }
        if (waiter != null) {
            LockSupport.unpark(waiter.thread);
        } else {
            afterIdle(entry);
        }
    }

    /** Whoever makes a connection idle looks back: it may have been asked to leave, or somebody may wait. */
    void afterIdle(PoolEntry entry) {
        if ((entry.evictReason() != null || pool.state() == PoolState.CLOSED) && entry.tryCloseFromIdle()) {
            pool.retire(entry, reasonOf(entry, EvictReason.POOL_CLOSED), false);
        }
        if (!line.isEmpty()) {
            serve();
        }
    }

    private static EvictReason reasonOf(PoolEntry entry, EvictReason otherwise) {
        var reason = entry.evictReason();
        return reason == null ? otherwise : reason;
    }

    /** Passes an ACTIVE entry that nobody holds any more to the first in line. */
    boolean handOver(PoolEntry entry) {
        Waiter waiter;
        pool.lock().lock();
        try {
            waiter = isServing() ? line.first() : null;
            if (waiter == null) {
                return false;
            }
            entry.alive(ticker.tick());
            give(waiter, entry);
        } finally {
            pool.lock().unlock();
        }
        LockSupport.unpark(waiter.thread);
        return true;
    }
}
