// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.Lease;
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
 * The caller's side of an acquire.
 *
 * <p>The fast path, for when nobody is in line: one compare-and-set on an idle connection that was lately known to live,
 * no lock, no clock. Else the caller joins the line and parks; it never connects, validates, closes or logs.
 */
final class Acquirer {

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Opener opener;
    private final Dispatcher dispatcher;

    Acquirer(Pool pool, Opener opener, Dispatcher dispatcher) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.opener = opener;
        this.dispatcher = dispatcher;
    }

    /** A handle on a connection, waiting that long, or {@code acquireTimeout} if negative. */
    Connection acquire(String operation, long timeoutNanos) throws SQLException {
        var thread = Thread.currentThread();
        if (line.isEmpty() && pool.state() == PoolState.RUNNING) {
            var entry = shelf.take(thread, ticker.freshAfter());
            if (entry != null && pool.state() != PoolState.RUNNING) {
                // Paused or drained at this moment: a drain that saw no lease must be right.
                putBack(entry);
            } else if (entry != null) {
                entry.beginLease(thread, operation, ticker.tick(), true);
                if (pool.heard()) {
                    pool.tell(new PoolEvent.Acquired(pool.name(), entry.id(), operation, Duration.ZERO));
                }
                return new ConnectionHandle(entry);
            }
        }
        return acquireSlowly(
                thread,
                operation,
                timeoutNanos < 0 ? pool.config().acquireTimeout().toNanos() : timeoutNanos);
    }

    private void putBack(PoolEntry entry) {
        entry.tryIdleFromActive();
        dispatcher.afterIdle(entry);
        pool.locked(pool.progress()::signalAll);
    }

    private Connection acquireSlowly(Thread thread, String operation, long timeoutNanos) throws SQLException {
        long began = pool.now();
        ticker.wake();
        var heldByThisThread = heldBy(thread);
        var waiter = new Waiter(thread, operation, began);
        var refusal = join(waiter);
        if (refusal != null) {
            throw refused(refusal, waiter, heldByThisThread);
        }
        dispatcher.serve();
        boolean direct = waiter.served() != null;
        boolean interrupted = await(waiter, began, timeoutNanos);
        var entry = waiter.served();
        if (heldByThisThread != null && !direct) {
            pool.counters().nested.increment();
        }
        if (entry == null) {
            throw refused(reasonAfterWait(waiter, interrupted), waiter, heldByThisThread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        var waited = pool.now() - began;
        (direct ? pool.counters().directSlowly : pool.counters().waited).increment();
        pool.counters().waitedNanos.add(waited);
        if (pool.heard()) {
            if (!direct) {
                pool.tell(new PoolEvent.Waited(pool.name(), Duration.ofNanos(waited)));
            }
            pool.tell(new PoolEvent.Acquired(pool.name(), entry.id(), operation, Duration.ofNanos(waited)));
        }
        return new ConnectionHandle(entry);
    }

    /** Joins the line, or says why not. */
    private @Nullable RefusalReason join(Waiter waiter) {
        pool.lock().lock();
        try {
            if (pool.state() == PoolState.DRAINING || pool.state() == PoolState.CLOSED) {
                return RefusalReason.CLOSED;
            }
            if (line.size() >= pool.config().maxWaiting() && line.size() >= soonFree()) {
                return RefusalReason.LINE_FULL;
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
    private boolean await(Waiter waiter, long began, long timeoutNanos) {
        boolean interrupted = false;
        while (waiter.served() == null && !waiter.isClosed()) {
            long left = timeoutNanos - (pool.now() - began);
            interrupted |= Thread.interrupted();
            if (left <= 0 || interrupted) {
                pool.lock().lock();
                try {
                    line.remove(waiter);
                    pool.progress().signalAll();
                } finally {
                    pool.lock().unlock();
                }
                break;
            }
            LockSupport.parkNanos(pool, left);
        }
        return interrupted;
    }

    private RefusalReason reasonAfterWait(Waiter waiter, boolean interrupted) {
        if (waiter.isClosed()) {
            return RefusalReason.CLOSED;
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

    private AcquireRefusedException refused(RefusalReason reason, Waiter waiter, @Nullable Lease held) {
        pool.counters().refused(reason);
        long waited = pool.now() - waiter.sinceNanos;
        if (pool.heard()) {
            pool.tell(new PoolEvent.TimedOut(pool.name(), reason, Duration.ofNanos(waited)));
        }
        return Refusals.refuse(new Refusals.Facts(
                reason, waited, waiter.operation, pool.snapshot(), pool.leases(), held, lastConnectFailure(reason)));
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

    private @Nullable Lease heldBy(Thread thread) {
        for (var entry : shelf.entries()) {
            if (entry.heldBy(thread)) {
                return entry.lease(pool.now());
            }
        }
        return null;
    }
}
