// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.Admission;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An acquire that finds nothing ready: the caller joins the line and parks; it never connects, validates, closes or
 * logs.
 */
final class WaitingAcquirer {

    /** Holders whose stacks a caller who got nothing looks at, to name them. */
    private static final int MOST_LOOKED_AT = 8;

    /** A limit beyond it is as good as none, and does not overflow the clock. */
    private static final long LONGEST_NANOS = 1L << 61;

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Opener opener;
    private final Dispatcher dispatcher;
    private final Leases leases;
    private final NestedAcquires nested;

    WaitingAcquirer(Pool pool, Opener opener, Dispatcher dispatcher) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.opener = opener;
        this.dispatcher = dispatcher;
        this.leases = pool.leaseReader();
        this.nested = new NestedAcquires(pool, leases);
    }

    /** A handle on a connection, waiting at most that long. */
    Connection acquire(Thread thread, String operation, int lane, long timeoutNanos) throws SQLException {
        return acquireEntry(thread, operation, lane, timeoutNanos).handOut();
    }

    /** A connection that is the caller's from now on, without a handle. */
    PoolEntry acquireEntry(Thread thread, String operation, int lane, long timeoutNanos) throws SQLException {
        long began = pool.now();
        ticker.wake();
        var held = nested.heldBy(thread);
        var waiter = new Waiter(thread, operation, began, began + Math.min(timeoutNanos, LONGEST_NANOS), lane);
        var refusal = join(waiter);
        if (refusal != null) {
            throw refused(refusal, waiter, held);
        }
        dispatcher.joined();
        boolean direct = waiter.served() != null;
        if (held != null && !direct && nested.refuses(held, waiter)) {
            dispatcher.leave(waiter);
            throw refused(RefusalReason.NESTED, waiter, held);
        }
        boolean interrupted = await(waiter, false);
        var entry = waiter.served();
        while (entry != null && !dispatcher.isPresentable(entry, true)) {
            direct = false;
            dispatcher.rejoin(waiter);
            interrupted = await(waiter, interrupted);
            entry = waiter.served();
        }
        if (entry == null) {
            throw refused(reasonAfterWait(waiter, interrupted), waiter, held);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        var waited = pool.now() - began;
        (direct ? pool.counters().directSlowly : pool.counters().waited).increment();
        pool.counters().waitedNanos.add(waited);
        if (!direct) {
            observeWait(operation, waited, null);
        }
        if (pool.heard()) {
            if (!direct) {
                pool.tell(new PoolEvent.Waited(pool.name(), Duration.ofNanos(waited)));
            }
            pool.tell(new PoolEvent.Acquired(pool.name(), entry.id(), operation, Duration.ofNanos(waited)));
        }
        return entry;
    }

    /** Joins the line, or says why not. */
    private @Nullable RefusalReason join(Waiter waiter) {
        pool.lock().lock();
        try {
            if (pool.state() == PoolState.DRAINING || pool.state() == PoolState.CLOSED) {
                return RefusalReason.CLOSED;
            }
            if (pool.hosts().isLost()) {
                return RefusalReason.DATABASE_DOWN;
            }
            var config = pool.config();
            int waiting = line.size(waiter.lane);
            if (waiting >= config.maxWaiting() && waiting >= soonFree()) {
                line.turnedAway(waiter);
                return RefusalReason.LINE_FULL;
            }
            if (config.admission() != Admission.OFF && waiting > 0 && pool.state() == PoolState.RUNNING) {
                var prospect = line.prospect(waiter);
                if (prospect.isHopeless() && config.admission() != Admission.OBSERVE) {
                    waiter.refuse(RefusalReason.DEADLINE, prospect);
                    line.turnedAway(waiter);
                    return RefusalReason.DEADLINE;
                } else if (prospect.isHopeless()) {
                    pool.counters().wouldRefuse.increment();
                }
            }
            line.add(waiter);
            return null;
        } finally {
            pool.lock().unlock();
        }
    }

    /** Lock held. Connections that are idle or can be opened: who waits for one of these is not one too many. */
    private int soonFree() {
        return shelf.count(State.IDLE) + Math.max(0, pool.config().maxSize() - shelf.size());
    }

    /** Parks until served, refused, interrupted or out of time; returns whether it was interrupted. */
    private boolean await(Waiter waiter, boolean wasInterrupted) {
        boolean interrupted = wasInterrupted;
        try {
            while (waiter.served() == null && waiter.refusal() == null) {
                long left = waiter.deadlineNanos - pool.now();
                interrupted |= Thread.interrupted();
                if (left <= 0 || interrupted) {
                    break;
                }
                // Asked again right before it parks: waiting for the pool's lock may have used up the wake-up.
                if (!dispatcher.look(waiter)) {
                    LockSupport.parkNanos(pool, left);
                }
            }
        } finally {
            // Whatever ends the wait: who does not take a connection stands in nobody's way.
            if (waiter.served() == null) {
                dispatcher.leave(waiter);
            }
        }
        return interrupted;
    }

    private RefusalReason reasonAfterWait(Waiter waiter, boolean interrupted) {
        var refusal = waiter.refusal();
        if (refusal != null) {
            return refusal;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            return RefusalReason.INTERRUPTED;
        }
        if (pool.state() == PoolState.PAUSED) {
            return RefusalReason.PAUSED;
        }
        pool.lock().lock();
        try {
            return shelf.size() == 0 && opener.failuresInRow() > 0
                    ? RefusalReason.DATABASE_DOWN
                    : RefusalReason.TIMEOUT;
        } finally {
            pool.lock().unlock();
        }
    }

    private AcquireRefusedException refused(RefusalReason reason, Waiter waiter, @Nullable PoolEntry held) {
        pool.counters().refused(reason);
        long waited = pool.now() - waiter.sinceNanos;
        if (pool.heard()) {
            pool.tell(new PoolEvent.TimedOut(pool.name(), reason, Duration.ofNanos(waited)));
        }
        if (reason == RefusalReason.TIMEOUT) {
            leases.look(MOST_LOOKED_AT);
        }
        var refusal = Refusals.refuse(new Refusals.Facts(
                reason,
                waited,
                waiter.operation,
                line.countsLanes() ? line.laneName(waiter.lane) : "",
                pool.snapshot(),
                leases.all(),
                pool.config().leases(),
                nested.lease(held),
                held == null ? "" : NestedAcquires.waitsAt(held, waiter.operation),
                lastConnectFailure(reason),
                prospect(waiter)));
        observeWait(waiter.operation, waited, refusal);
        return refusal;
    }

    private void observeWait(String operation, long nanos, @Nullable SQLException refused) {
        var observer = pool.hosts().observer();
        if (observer != null) {
            LeaseMeter.waited(observer, operation, nanos, refused);
        }
    }

    private static @Nullable String prospect(Waiter waiter) {
        var prospect = waiter.prospect();
        return prospect == null ? null : prospect.text(waiter.deadlineNanos - waiter.sinceNanos);
    }

    private @Nullable Throwable lastConnectFailure(RefusalReason reason) {
        if (reason == RefusalReason.CLOSED || reason == RefusalReason.PAUSED) {
            return null;
        }
        pool.lock().lock();
        try {
            return opener.failuresInRow() > 0 ? opener.lastCause() : null;
        } finally {
            pool.lock().unlock();
        }
    }
}
