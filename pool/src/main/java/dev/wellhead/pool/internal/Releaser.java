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
    /** Null without a ceiling: that look is all that a ceiling costs a release which has none. */
    private final @Nullable Share share;

    private final Renewal renewal;
    private final LeftTransactions leftTransactions;

    Releaser(Pool pool, Dispatcher dispatcher, Renewal renewal) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.dispatcher = dispatcher;
        this.share = pool.share();
        this.renewal = renewal;
        this.leftTransactions = new LeftTransactions(pool);
    }

    /** The holder gave it back; does nothing when the lease has ended already. */
    void release(PoolEntry entry, int lease) {
        long now = ticker.tick();
        if (entry.isActive(lease)
                && (line.isEmpty() || dispatcher.isLeftToHeir())
                && !line.countsLanes()
                && !pool.heard()
                && !mayLeave(entry, now)
                && entry.session().isAsAtStart(lease)) {
            releaseAsAtStart(entry, lease, now);
        } else if (entry.tryLetGo(lease)) {
            restore(entry, lease);
            letGo(entry, lease);
        } else {
            releasedLate(entry, lease);
        }
    }

    /** Nothing to undo, nobody waits whom it has to be handed to, no reason to leave: one step from active to idle. */
    private void releaseAsAtStart(PoolEntry entry, int lease, long now) {
        shelf.usedBy(Thread.currentThread(), entry);
        boolean isFresh = heardOf(entry, now, hasAnswered(entry, lease, now));
        entry.endLease(lease, now);
        if (entry.tryIdleFromActive(lease)) {
            dispatcher.afterIdle(entry);
            if (!isFresh && ticker.isSuspect(entry)) {
                pool.sweep();
            }
            if (pool.state() != PoolState.RUNNING) {
                pool.locked(pool.progress()::signalAll);
            }
        } else {
            releasedLate(entry, lease);
        }
    }

    /** Whether the connection was used in this lease, and nothing has spoken against any since it began. */
    private boolean hasAnswered(PoolEntry entry, int lease, long now) {
        return entry.session().isTouched(lease) && !ticker.suspectedSince(now - entry.heldNanos(now));
    }

    /**
     * Ends a lease in its holder's stead, and the connection leaves as it is. The caller has made itself the one that may
     * end it ({@link PoolEntry#tryLetGo}).
     */
    void leave(PoolEntry entry, int lease, EvictReason reason, boolean abort) {
        long now = ticker.tick();
        tellReleased(entry, entry.heldNanos(now));
        entry.endLease(lease, now);
        leavesLane(entry);
        if (entry.tryCloseFromLettingGo()) {
            pool.retire(entry, reason, abort);
            dispatcher.serve();
            pool.locked(pool.progress()::signalAll);
        } else {
            releasedLate(entry, lease);
        }
    }

    /** The lease, whose end is this thread's, no longer counts for its lane. */
    private void leavesLane(PoolEntry entry) {
        if (line.countsLanes()) {
            pool.locked(() -> line.leaseEnded(entry));
        }
    }

    private void tellReleased(PoolEntry entry, long held) {
        if (pool.heard()) {
            pool.tell(new PoolEvent.Released(pool.name(), entry.id(), entry.operation(), Duration.ofNanos(held)));
        }
    }

    /** The session is put back, or lost: it leaves, passes on or becomes idle. */
    void letGo(PoolEntry entry, int lease) {
        long now = ticker.tick();
        long held = entry.heldNanos(now);
        tellReleased(entry, held);
        entry.endLease(lease, now);
        leavesLane(entry);
        var leaving = leavesNow(entry, now);
        if (leaving != null) {
            if (entry.tryCloseFromLettingGo()) {
                pool.retire(entry, leaving, leaving == EvictReason.ABORTED);
                dispatcher.serve();
            } else {
                releasedLate(entry, lease);
            }
        } else if (!heardOf(entry, now, hasAnswered(entry, lease, now))
                || line.isEmpty()
                || !dispatcher.handOver(entry)) {
            shelf.usedBy(Thread.currentThread(), entry);
            if (entry.tryIdleFromLettingGo()) {
                dispatcher.afterIdle(entry);
                if (ticker.isSuspect(entry)) {
                    pool.sweep();
                }
            } else {
                releasedLate(entry, lease);
            }
        }
        if (pool.state() != PoolState.RUNNING) {
            pool.locked(pool.progress()::signalAll);
        }
    }

    /**
     * Whether it may be handed on as it is. What was suspected meanwhile, or was held for long and not used, is asked
     * first. When a connection was opened is known better than to the tick; from here on the tick counts.
     */
    private boolean heardOf(PoolEntry entry, long now, boolean answered) {
        if (answered || (entry.aliveTick() - now > 0 && !ticker.suspectedSince(now))) {
            entry.alive(now);
        }
        return answered || entry.aliveTick() - ticker.freshAfter() > 0;
    }

    /** The connection was closed under its holder, or this lease had ended already. */
    void releasedLate(PoolEntry entry, int lease) {
        pool.locked(() -> {
            if (entry.tryEndLate(lease)) {
                line.leaseEnded(entry);
                if (!shelf.holds(entry)) {
                    pool.counters().releasedLate();
                }
            }
            pool.progress().signalAll();
        });
    }

    private void restore(PoolEntry entry, int lease) {
        var leaving = entry.evictReason();
        if (entry.state() == State.CLOSED || leaving == EvictReason.ABORTED || leaving == EvictReason.BROKEN) {
            // Nothing can be put back, and on a dead socket the attempt may hang.
            return;
        }
        try {
            if (entry.session().restore(lease)) {
                leftTransactions.rolledBack(entry);
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
        if (share != null && share.owes(entry)) {
            // Asked again for the same release it says the same.
            entry.evictAtRelease(EvictReason.CEILING);
            return EvictReason.CEILING;
        }
        if (entry.isDue(now) && renewal.leaves(entry, now)) {
            return entry.dueReason();
        }
        return isOneTooMany() ? EvictReason.POOL_SHRUNK : null;
    }

    /** Whether {@link #leavesNow} has to be asked. */
    private boolean mayLeave(PoolEntry entry, long now) {
        return entry.evictReason() != null
                || pool.state() == PoolState.CLOSED
                || entry.state() == State.CLOSED
                || share != null
                || entry.isDue(now)
                || isOneTooMany();
    }

    private boolean isOneTooMany() {
        return shelf.size() > pool.config().maxSize();
    }
}
