// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.internal.PoolEntry.State;
import dev.wellhead.pool.spi.DriverSupport.Liveness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Brings callers in line and connections together.
 *
 * <h2>Hand-off</h2>
 *
 * A connection that is opened or validated while somebody waits passes straight to the next in line. So does one that is
 * released, when the next is a virtual thread (waking one costs next to nothing, and its scheduler would let whoever
 * runs take the connection back for ever) or when somebody has waited for {@link #BARGE_NANOS}.
 *
 * <h2>Barging</h2>
 *
 * Before that bound a platform thread that runs may overtake those in line: waking a platform thread takes some 20
 * microseconds, during which a connection that is its own already serves nobody. The release makes the connection idle
 * and wakes the next in line to look for it, the <em>heir</em>; whoever comes first takes it. There is one heir at a
 * time; one that finds nothing parks again in its old place. So a newcomer overtakes for no longer than the bound, and
 * a crowd is served in arrival order but for that.
 *
 * <h2>No wake-up is lost</h2>
 *
 * Whoever makes a connection idle looks <em>then</em> whether anybody waits ({@link #afterIdle}); a caller joins the
 * line and looks <em>then</em> for idle connections ({@link #joined}). A release leaves an idle connection to the heir
 * that is on its way, and the heir says that it is none any more <em>before</em> it looks ({@link #look}), also when it
 * leaves the line; whoever gives it another connection meanwhile looks in its stead. All of these are volatile
 * accesses, so of any two at least one sees the other. A caller asks whether it is the heir right before it parks, with
 * no lock in between: one that waits for the pool's lock parks too, and the wake-up of an heir may end that wait instead.
 */
final class Dispatcher {

    /** How long the one who waits longest may be overtaken by threads that run. */
    static final long BARGE_NANOS = TimeUnit.MICROSECONDS.toNanos(2_500);

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Opener opener;
    private final Validator validator;
    private final Demand demand;
    /** Who was woken to look for an idle connection and has not looked yet; written under the pool's lock. */
    private volatile @Nullable Waiter heir;
    /** Since when the one waits who waited longest when the heir was woken; written before {@link #heir}. */
    private long oldestAtHeirNanos;

    Dispatcher(Pool pool, Opener opener, Validator validator) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.opener = opener;
        this.validator = validator;
        this.demand = new Demand(pool, opener, validator);
    }

    /** Matches callers in line with idle connections, has stale ones validated, and has missing ones opened. */
    void serve() {
        serve(null);
    }

    /** The same, for one who looks for what it was woken for. */
    private void serve(@Nullable Waiter looking) {
        List<PoolEntry> overdue = List.of();
        List<PoolEntry> stale = List.of();
        List<Opener.Attempt> opens = List.of();
        List<Waiter> served = List.of();
        pool.lock().lock();
        try {
            if (looking != null) {
                passedBy(looking);
            }
            if (pool.state() != PoolState.CLOSED) {
                served = serveIdle();
                overdue = line.isEmpty() ? List.of() : validator.overdue(shelf.entries(), pool.now());
                stale = claimStale();
                int wanted = demand.wantedOpens();
                opens = opener.plan(
                        wanted,
                        demand.wantedForLine(),
                        pool.places(),
                        pool.config().maxSize());
            } else if (pool.share() != null) {
                opener.plan(0, 0, pool.places(), pool.config().maxSize());
            }
        } finally {
            pool.lock().unlock();
        }
        wake(served);
        stale.forEach(entry -> validator.validate(entry, EvictReason.FAILED_VALIDATION));
        opener.begin(opens);
        if (!overdue.isEmpty()) {
            validator.giveUp(overdue);
        }
    }

    /** A caller of this thread is in line: serves it if that can be; a pool whose connections are all held cannot. */
    void joined() {
        var entries = shelf.entries();
        boolean isExhausted = entries.length >= pool.config().maxSize();
        for (int i = 0; isExhausted && i < entries.length; i++) {
            isExhausted = entries[i].state() == State.ACTIVE;
        }
        if (!isExhausted) {
            serve();
        }
    }

    /** A caller that is not served looks for what it was woken for, if it is the heir; returns whether it was. */
    boolean look(Waiter waiter) {
        boolean isHeir = heir == waiter;
        if (isHeir) {
            serve(waiter);
        }
        return isHeir;
    }

    /** A caller leaves the line without a connection. */
    void leave(Waiter waiter) {
        pool.lock().lock();
        try {
            line.remove(waiter);
            pool.progress().signalAll();
        } finally {
            pool.lock().unlock();
        }
        look(waiter);
    }

    /** Lock held. */
    private void passedBy(Waiter waiter) {
        if (heir == waiter) {
            heir = null;
        }
    }

    /** Has idle connections opened where they have been missing for a while. */
    void keepIdle() {
        pool.locked(demand::pass);
        serve();
    }

    private static void wake(List<Waiter> served) {
        for (var waiter : served) {
            // One that serves itself needs no waking, and would find a wake-up left over at its next wait.
            if (waiter.thread != Thread.currentThread()) {
                LockSupport.unpark(waiter.thread);
            }
        }
    }

    /** Refuses those in line who are lost or shed; see {@link AdmissionControl}. */
    void refuseLost() {
        List<Waiter> lost;
        pool.lock().lock();
        try {
            lost = isServing() ? line.takeLost() : List.of();
            if (!lost.isEmpty()) {
                pool.progress().signalAll();
            }
        } finally {
            pool.lock().unlock();
        }
        lost.forEach(waiter -> LockSupport.unpark(waiter.thread));
    }

    private boolean isServing() {
        return pool.state() == PoolState.RUNNING || pool.state() == PoolState.DRAINING;
    }

    /** Lock held. */
    private List<Waiter> serveIdle() {
        List<Waiter> served = List.of();
        for (var waiter = line.next(); waiter != null && isServing(); waiter = line.next()) {
            var entry = shelf.take(waiter.thread, ticker.freshAfter());
            if (entry == null) {
                break;
            }
            give(waiter, entry);
            if (served.isEmpty()) {
                served = new ArrayList<>();
            }
            served.add(waiter);
        }
        return served;
    }

    /** Lock held. Idle connections that need to be validated for those who still wait. */
    private List<PoolEntry> claimStale() {
        int wanted = isServing() ? line.servable() : 0;
        if (wanted == 0) {
            return List.of();
        }
        wanted -= shelf.count(State.VALIDATING);
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

    /**
     * Lock held; the entry is ACTIVE and nobody's. The caller unparks the waiter after it let go of the lock.
     *
     * @return whether it was the heir: it will not look any more, so the caller does, for what was left to it
     */
    private boolean give(Waiter waiter, PoolEntry entry) {
        boolean wasHeir = heir == waiter;
        entry.beginWaitedLease(waiter, ticker.tick());
        line.serve(waiter, entry);
        passedBy(waiter);
        return wasHeir;
    }

    /**
     * Whether an ACTIVE entry may be handed out by the look of it: what the server has closed is not, though it was
     * heard of a moment ago. One that may not is dealt with. Looks only at what was not seen for longer than a tick.
     */
    boolean isPresentable(PoolEntry entry, boolean fromLine) {
        long now = ticker.tick();
        if (now - entry.seenTick() <= Ticker.TICK_NANOS) {
            return true;
        }
        var seen = entry.look(now);
        if (fromLine && seen != Liveness.ALIVE_OR_UNKNOWN) {
            pool.locked(() -> line.leaseEnded(entry));
            entry.undoWaitedLease();
        }
        return switch (seen) {
            case ALIVE_OR_UNKNOWN -> true;
            case PENDING -> {
                entry.distrust(now);
                if (entry.tryTakeBack()) {
                    afterIdle(entry);
                    if (pool.state() != PoolState.RUNNING) {
                        // A drain may have seen the lease that never was.
                        pool.locked(pool.progress()::signalAll);
                    }
                } else {
                    pool.releasedLate(entry, entry.lease());
                }
                yield false;
            }
            case DEAD -> {
                pool.foundDead(entry);
                yield false;
            }
        };
    }

    /** A caller who was served what may not be handed out stands in line again, at its old place. */
    void rejoin(Waiter waiter) {
        pool.lock().lock();
        try {
            waiter.rejoins();
            if (pool.state() == PoolState.CLOSED) {
                waiter.refuse(RefusalReason.CLOSED);
            } else {
                line.rejoin(waiter);
            }
        } finally {
            pool.lock().unlock();
        }
        serve();
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
        boolean wasHeir = false;
        pool.lock().lock();
        try {
            waiter = isServing() ? line.next() : null;
            if (waiter != null && entry.tryActivateFromValidating()) {
                wasHeir = give(waiter, entry);
            } else {
                waiter = null;
                entry.tryIdleFromValidating();
            }
        } finally {
            pool.lock().unlock();
        }
        if (waiter != null) {
            LockSupport.unpark(waiter.thread);
            if (wasHeir) {
                serve();
            }
        } else {
            afterIdle(entry);
        }
    }

    /** Whoever makes a connection idle looks back: it may have been asked to leave, or somebody may wait. */
    void afterIdle(PoolEntry entry) {
        if ((entry.evictReason() != null || pool.state() == PoolState.CLOSED) && entry.tryCloseFromIdle()) {
            pool.retire(entry, reasonOf(entry, EvictReason.POOL_CLOSED), false);
        }
        if (line.isEmpty() || heir != null) {
            return;
        }
        Waiter woken = null;
        pool.lock().lock();
        try {
            var waiter = isServing() ? line.next() : null;
            if (waiter != null && heir == null && mayBeOvertaken(waiter)) {
                oldestAtHeirNanos = line.oldestSinceNanos(pool.now());
                heir = waiter;
                woken = waiter;
            }
        } finally {
            pool.lock().unlock();
        }
        if (woken == null) {
            serve();
        } else {
            LockSupport.unpark(woken.thread);
        }
    }

    /** Lock held; the waiter is the next to be served. */
    private boolean mayBeOvertaken(Waiter waiter) {
        if (waiter.isVirtual || line.countsLanes()) {
            return false;
        }
        long now = pool.now();
        return now - line.oldestSinceNanos(now) < BARGE_NANOS;
    }

    private static EvictReason reasonOf(PoolEntry entry, EvictReason otherwise) {
        var reason = entry.evictReason();
        return reason == null ? otherwise : reason;
    }

    /**
     * Whether a connection that is released may become idle without a look at the line: an heir is on its way to look for
     * it, and nobody waits so long yet that it has to be handed over.
     */
    boolean isLeftToHeir() {
        return heir != null && pool.now() - oldestAtHeirNanos < BARGE_NANOS;
    }

    /**
     * Passes an ACTIVE entry that nobody holds any more to the next in line; false when the caller is to make it idle,
     * since nobody waits, or nobody so long that running threads may not overtake.
     */
    boolean handOver(PoolEntry entry) {
        if (isLeftToHeir()) {
            return false;
        }
        Waiter waiter;
        boolean wasHeir;
        pool.lock().lock();
        try {
            waiter = isServing() ? line.next() : null;
            if (waiter == null || mayBeOvertaken(waiter) || !entry.tryPassOn()) {
                return false;
            }
            wasHeir = give(waiter, entry);
        } finally {
            pool.lock().unlock();
        }
        LockSupport.unpark(waiter.thread);
        if (wasHeir) {
            serve();
        }
        return true;
    }
}
