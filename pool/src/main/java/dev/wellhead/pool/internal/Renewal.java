// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolState;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Renews connections: the successor is open before the old one leaves.
 *
 * <h2>When one is due</h2>
 *
 * Before {@code maxLifetime} is over, by a random share of it (the jitter) so that connections which were opened together
 * do not end together, and by {@link #leadNanos at least} the time in which a successor can be opened; the same way before
 * {@code maxUses}; and at once when the login it was opened with has changed. What is due goes on serving. At its end (the
 * full lifetime, the full number of uses, {@link #LOGIN_GRACE_NANOS} after a change of login) an active connection leaves at
 * its release even without a successor; an idle one stays, so that a database that admits nobody new does not drain the
 * pool.
 *
 * <h2>One at a time</h2>
 *
 * A pool opens one successor at a time, where there is room for it. A successor belongs to no particular connection: when
 * it is open, one that is due and idle leaves at once, else the first that is due and released. So a lease that lasts for
 * hours holds nobody up. In a full pool, and under a {@linkplain Room ceiling} that is full, the old one leaves first, and
 * the next only when another is open in its place: {@code maxSize} is what the server was told of, so a full pool is one
 * short for the length of a connect rather than one over.
 *
 * <p>Renewal keeps the number of connections; {@code idleTimeout} alone lowers it, so a successor inherits how long nobody
 * has needed its predecessor.
 */
final class Renewal {

    static final long LOGIN_GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long MOST_LEAD_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** The share of a lifetime, and of the uses, that is kept for the opening of the successor. */
    private static final int LEAD_PART = 20;

    private final Pool pool;
    private final Shelf shelf;
    private final Opener opener;

    /** A successor is open whose predecessor has not left yet; written under the pool's lock. */
    private volatile boolean owed;
    /** The last one that was let go; until it is off the shelf no other leaves first. Guarded by the pool's lock. */
    private @Nullable PoolEntry leaver;

    Renewal(Pool pool, Opener opener) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.opener = opener;
    }

    /** Lock held. Says when an entry is due, and when it must go, by the settings in force. */
    void limit(PoolEntry entry, PoolConfig config) {
        long full = config.maxLifetime().toNanos();
        long share = (long) (full * config.maxLifetimeJitter() * entry.chance());
        entry.lifetime(full == 0 ? 0 : full - Math.max(share, leadNanos(full)), full);
        int uses = config.maxUses();
        int usesShare = (int) (uses * config.maxLifetimeJitter() * entry.chance());
        entry.uses(uses - Math.max(usesShare, uses / LEAD_PART), uses);
    }

    private static long leadNanos(long lifetime) {
        return Math.min(MOST_LEAD_NANOS, lifetime / LEAD_PART);
    }

    /** Lock held. Other limits are in force. */
    void reconfigured(PoolConfig config) {
        for (var entry : shelf.entries()) {
            limit(entry, config);
        }
    }

    /** Lock held. Another login is in force: whatever was opened before that generation of logins is due. */
    void loginChanged(int generation, long now) {
        for (var entry : shelf.entries()) {
            if (entry.login() - generation < 0) {
                entry.loginChanged(now, now + LOGIN_GRACE_NANOS);
            }
        }
    }

    /** The housekeeper's. */
    void pass(long now) {
        settle(now);
        next();
    }

    /** Has a successor opened, if something is due, none is on its way, and there is room. */
    void next() {
        if (!isAnyDue(pool.now())) {
            return;
        }
        List<Opener.Attempt> opens;
        pool.lock().lock();
        try {
            opens = plan(pool.now());
        } finally {
            pool.lock().unlock();
        }
        opener.begin(opens);
    }

    /** Lock held. */
    private List<Opener.Attempt> plan(long now) {
        if (owed || pool.state() != PoolState.RUNNING || pool.isQuiet() || isUnderFullCeiling() || !isAnyDue(now)) {
            return List.of();
        }
        return opener.planSuccessor(pool.places(), pool.config().maxSize());
    }

    private boolean isAnyDue(long now) {
        for (var entry : shelf.entries()) {
            if (entry.isDue(now)) {
                return true;
            }
        }
        return false;
    }

    /** Lock held. Whether there is no room for one more, in the pool or under the ceiling: the old one leaves first. */
    private boolean leavesFirst() {
        return opener.underWay() == 0
                && (leaver == null || !shelf.holds(leaver))
                && (shelf.size() >= pool.config().maxSize() || isUnderFullCeiling());
    }

    private boolean isUnderFullCeiling() {
        var share = pool.share();
        return share != null && !share.hasFree();
    }

    /**
     * Lock held. A successor is open, and is put on the shelf if there is room; else nobody need leave for it.
     *
     * @return whom it succeeds so far as idle time goes, if that is idle
     */
    @Nullable
    PoolEntry opened(long now) {
        PoolEntry predecessor = null;
        boolean isAdopted = shelf.size() < pool.config().maxSize();
        for (var entry : shelf.entries()) {
            if (isAdopted && entry.isDue(now)) {
                owed = true;
                predecessor = predecessor == null && entry.isIdle() ? entry : predecessor;
            }
        }
        return predecessor;
    }

    /** Lets one that is due and idle leave, if its successor is open, or if it has to leave first. */
    void settle(long now) {
        if (!owed && !isAnyDue(now)) {
            return;
        }
        PoolEntry leaving = null;
        pool.lock().lock();
        try {
            boolean found = false;
            if (owed || (pool.state() == PoolState.RUNNING && leavesFirst())) {
                for (var entry : shelf.entries()) {
                    boolean isDue = entry.isDue(now);
                    found |= isDue;
                    if (isDue && entry.tryCloseFromIdle()) {
                        leaving = entry;
                        leaver = entry;
                        break;
                    }
                }
                // Where nothing is due any more, the successor has taken the place of what left by another way.
                if (!found || leaving != null) {
                    owed = false;
                }
            }
        } finally {
            pool.lock().unlock();
        }
        if (leaving != null) {
            pool.retire(leaving, leaving.dueReason(), false);
            pool.serve();
        }
    }

    /** Whether an entry that is due, and is being released, leaves. If not, it stays, and a successor is on its way. */
    boolean leaves(PoolEntry entry, long now) {
        boolean leaves;
        List<Opener.Attempt> opens = List.of();
        pool.lock().lock();
        try {
            leaves = owed || entry.isAtEnd(now) || leavesFirst();
            if (leaves) {
                owed = false;
                leaver = entry;
            } else {
                opens = plan(now);
            }
        } finally {
            pool.lock().unlock();
        }
        opener.begin(opens);
        return leaves;
    }

    /** Lock held. An entry has left: if it was due and left for another reason, the successor stands for it. */
    void gone(PoolEntry entry, EvictReason reason) {
        if (leaver == entry) {
            leaver = null;
        }
        if (owed && reason != entry.dueReason() && entry.isDue(pool.now())) {
            owed = false;
        }
    }
}
