// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The caller's side of an acquire.
 *
 * <p>The fast path: one compare-and-set on an idle connection that was lately known to live, no lock, no clock. While
 * somebody is in line there is an idle connection only where running threads may overtake; see {@link Dispatcher}. Else
 * {@link WaitingAcquirer} joins the line.
 */
final class Acquirer {

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Dispatcher dispatcher;
    private final WaitingAcquirer waiting;

    Acquirer(Pool pool, Dispatcher dispatcher, WaitingAcquirer waiting) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.dispatcher = dispatcher;
        this.waiting = waiting;
    }

    /** A handle on a connection, waiting that long, or {@code acquireTimeout} if negative. */
    Connection acquire(String operation, int lane, long timeoutNanos) throws SQLException {
        var thread = Thread.currentThread();
        if (pool.state() == PoolState.RUNNING && !line.countsLanes()) {
            var entry = shelf.take(thread, ticker.freshAfter());
            if (entry != null && pool.state() != PoolState.RUNNING) {
                // Paused or drained at this moment: a drain that saw no lease must be right.
                putBack(entry);
            } else if (entry != null && dispatcher.isPresentable(entry, false)) {
                entry.beginLease(thread, operation, ticker.tick());
                if (pool.heard()) {
                    pool.tell(new PoolEvent.Acquired(pool.name(), entry.id(), operation, Duration.ZERO));
                }
                return entry.handOut();
            }
        }
        return waiting.acquire(
                thread,
                operation,
                lane,
                timeoutNanos < 0 ? pool.config().acquireTimeout().toNanos() : timeoutNanos);
    }

    /** A connection without a handle yet, by the slow path. */
    PoolEntry acquireEntry(String operation, int lane, long timeoutNanos) throws SQLException {
        return waiting.acquireEntry(
                Thread.currentThread(),
                operation,
                lane,
                timeoutNanos < 0 ? pool.config().acquireTimeout().toNanos() : timeoutNanos);
    }

    private void putBack(PoolEntry entry) {
        int lease = entry.lease();
        if (entry.tryTakeBack()) {
            dispatcher.afterIdle(entry);
        } else {
            // The pool has closed it meanwhile.
            pool.releasedLate(entry, lease);
        }
        pool.locked(pool.progress()::signalAll);
    }
}
