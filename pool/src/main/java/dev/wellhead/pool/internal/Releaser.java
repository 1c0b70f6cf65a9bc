// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of a release: the session is put back on the caller's thread, for it is the caller's work that is
 * undone and its locks are gone when {@code close()} returns; then the connection leaves, goes to the first in line, or
 * becomes idle.
 */
final class Releaser {

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Dispatcher dispatcher;

    Releaser(Pool pool, Dispatcher dispatcher) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.dispatcher = dispatcher;
    }

    /** The holder gave it back. */
    void release(PoolEntry entry) {
        var thread = Thread.currentThread();
        restore(entry);
        long now = ticker.tick();
        var operation = entry.operation();
        long held = entry.endLease(now);
        if (pool.heard()) {
            pool.tell(new PoolEvent.Released(pool.name(), entry.id(), operation, Duration.ofNanos(held)));
        }
        var leaving = leavesNow(entry, now);
        if (leaving != null) {
            if (entry.tryCloseFromActive()) {
                pool.retire(entry, leaving, leaving == EvictReason.ABORTED);
                dispatcher.serve();
            } else {
                pool.locked(pool.counters()::releasedLate);
            }
        } else {
            if (line.isEmpty() || !dispatcher.handOver(entry)) {
                shelf.usedBy(thread, entry);
                entry.alive(now);
                entry.tryIdleFromActive();
                dispatcher.afterIdle(entry);
            }
        }
        if (pool.state() != PoolState.RUNNING) {
            pool.locked(pool.progress()::signalAll);
        }
    }

    private void restore(PoolEntry entry) {
        var leaving = entry.evictReason();
        if (entry.state() == State.CLOSED || leaving == EvictReason.ABORTED || leaving == EvictReason.BROKEN) {
            // Nothing can be put back, and on a dead socket the attempt may hang.
            return;
        }
        try {
            if (entry.session().restore()) {
                pool.counters().rolledBack.increment();
            }
        } catch (SQLException | RuntimeException | Error e) {
            // Whatever the driver throws, its connection leaves; nothing may keep its place for ever.
            pool.resetFailed(entry, e);
        }
    }

    private @Nullable EvictReason leavesNow(PoolEntry entry, long now) {
        if (entry.evictReason() != null) {
            return entry.evictReason();
        }
        if (pool.state() == PoolState.CLOSED || entry.state() == State.CLOSED) {
            return EvictReason.POOL_CLOSED;
        }
        if (entry.isExpired(now)) {
            return EvictReason.MAX_LIFETIME;
        }
        int maxUses = pool.config().maxUses();
        if (maxUses > 0 && entry.releases() >= maxUses) {
            return EvictReason.MAX_USES;
        }
        return shelf.size() > pool.config().maxSize() ? EvictReason.POOL_SHRUNK : null;
    }
}
