// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.EvictReason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places under one ceiling, and which pool gets them.
 *
 * <h2>Accounts</h2>
 *
 * Each pool has a {@link Share}: so many places are its own, as many as it has connections open, under way and being
 * closed. It takes places before it opens and gives back what it does not need, both in {@link #take}, which every look of
 * a pool at its line passes. What is given back goes to those who ask, and they are told.
 *
 * <h2>Moving room</h2>
 *
 * While somebody asks, the housekeeper looks every {@link #LOOK_NANOS} for idle connections of others, the least recently
 * used first, and {@link #owes} tells a releasing thread that its connection must leave for somebody else. A place that is
 * on its way is <em>promised</em>: its pool gives it back before it may use it itself. Nobody is robbed of what it has had
 * for less than {@link #TENURE_NANOS}, and a pool that has as little as the asker only of what it does not use: so no
 * place goes to and fro.
 *
 * <p>A promise may be void, when the lease that was to end it lasted on; a pool's are forgotten {@link #PROMISE_NANOS}
 * after the last, and given anew.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #lock} guards all of it. It is taken with one pool's lock held or with none, and no other lock but the timers' is
 * taken under it; the lock of a second pool never is. What is found among other pools is read, and claimed by its state
 * word, without their locks, and retired after this lock is let go.
 */
public final class Room {

    static final long TENURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PROMISE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int MOST_A_LOOK = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Share> shares = new LinkedHashSet<>();
    /** In the order in which they began to ask. */
    private final Set<Share> asking = new LinkedHashSet<>();

    private int free;
    private boolean looks;
    /** Whether more is asked for than is promised; for releasing threads, without the lock. */
    private volatile boolean scarce;

    /** Room for that many places. */
    public Room(int most) {
        this.most = most;
        this.free = most;
    }

    /** How many places there are. */
    public int most() {
        return most;
    }

    /** How many are taken. */
    public int taken() {
        lock.lock();
        try {
            return most - free;
        } finally {
            lock.unlock();
        }
    }

    void join(Share share) {
        int idle = 0;
        lock.lock();
        try {
            shares.add(share);
            for (var one : shares) {
                idle += one.pool.config().minIdle();
            }
        } finally {
            lock.unlock();
        }
        if (idle > most) {
            LOG.warn(
                    "ceiling too low for idle connections pool={} maxTotal={} sumOfMinIdle={}:"
                            + " not every pool keeps its min-idle; raise max-total or lower min-idle",
                    share.pool.name(),
                    most,
                    idle);
        }
    }

    CeilingUse use(Share share) {
        lock.lock();
        try {
            return new CeilingUse(most, most - free, share.places, share.wanted > 0, asking.size());
        } finally {
            lock.unlock();
        }
    }

    /**
     * The pool's lock is held. Gives back what the pool does not use, and takes up to {@code wanted} more; for what its
     * callers need beyond that it asks.
     *
     * @param used places in use
     * @param forCallers how many of those wanted somebody waits for
     * @return how many connects may begin
     */
    int take(Share share, int used, int wanted, int forCallers) {
        var told = new ArrayList<Share>();
        int granted;
        lock.lock();
        try {
            int spare = Math.max(0, share.places - used);
            int owed = Math.min(spare, share.promised);
            share.promised -= owed;
            boolean othersAsk = asking.size() > (asking.contains(share) ? 1 : 0);
            int may = othersAsk ? Math.min(wanted, forCallers) : wanted;
            int kept = Math.min(spare - owed, may);
            free += spare - kept;
            share.places -= spare - kept;
            int more = othersAsk ? 0 : Math.min(may - kept, free);
            free -= more;
            share.places += more;
            granted = kept + more;
            ask(share, Math.max(0, Math.min(wanted, forCallers) - granted));
            granted += distribute(share, told);
            if (share.places == 0 && share.isOver()) {
                shares.remove(share);
            }
            update();
        } finally {
            lock.unlock();
        }
        told.forEach(Share::tell);
        return granted;
    }

    private void ask(Share share, int wanted) {
        share.wanted = wanted;
        if (wanted > 0) {
            asking.add(share);
        } else {
            asking.remove(share);
        }
    }

    /** Gives what is free to those who ask; returns what the present one got. */
    private int distribute(Share present, List<Share> told) {
        int own = 0;
        while (free > 0 && !asking.isEmpty()) {
            var next = neediest(asking);
            free--;
            next.places++;
            asking.remove(next);
            ask(next, next.wanted - 1);
            if (next == present) {
                own++;
            } else {
                told.add(next);
            }
        }
        return own;
    }

    /** The one with the fewest places; of equal ones the first. */
    private static Share neediest(Iterable<Share> some) {
        Share best = null;
        for (var share : some) {
            if (best == null || share.places < best.places) {
                best = share;
            }
        }
        if (best == null) {
            throw new IllegalStateException("nobody asks");
        }
        return best;
    }

    private void update() {
        scarce = lacking() > 0;
        if (!asking.isEmpty() && !looks) {
            looks = true;
            var unused = PoolThreads.after(0, this::look);
        }
    }

    /** How many places are asked for and not on their way. */
    private int lacking() {
        int lacking = 0;
        for (var share : asking) {
            lacking += share.wanted;
        }
        for (var share : shares) {
            lacking -= share.promised;
        }
        return lacking;
    }

    /**
     * Whether a connection that is just released must leave for another pool; then it is promised. No lock held, or the
     * pool's.
     */
    boolean owes(Share share, PoolEntry entry) {
        if (!scarce || share.pool.now() - entry.openedNanos() < TENURE_NANOS) {
            return false;
        }
        lock.lock();
        try {
            var asker = scarce ? new Needs(asking, shares).next() : null;
            if (asker == null || asker.share == share || !asker.isPoorerThan(share)) {
                return false;
            }
            promise(share);
            scarce = lacking() > 0;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void promise(Share share) {
        share.promised++;
        share.promisedAtNanos = System.nanoTime();
    }

    /** Closes idle connections of others for those who ask; the housekeeper's. */
    private void look() {
        var found = new ArrayList<Found>();
        lock.lock();
        try {
            asking.removeIf(share -> !share.isWaiting());
            shares.forEach(share -> share.wanted = asking.contains(share) ? share.wanted : 0);
            shares.forEach(Room::forgetVoid);
            var needs = new Needs(asking, shares);
            var asker = needs.next();
            for (int i = 0; asker != null && i < MOST_A_LOOK; i++, asker = needs.next()) {
                var one = leastRecentlyUsed(asker);
                if (one == null) {
                    needs.inVain(asker);
                } else if (one.entry.tryCloseFromIdle()) {
                    promise(one.share);
                    found.add(one);
                    needs.served(asker);
                }
            }
            looks = !asking.isEmpty();
            scarce = lacking() > 0;
            if (looks) {
                var unused = PoolThreads.after(LOOK_NANOS, this::look);
            }
        } finally {
            lock.unlock();
        }
        for (var one : found) {
            one.share.pool.retire(one.entry, EvictReason.CEILING, false);
        }
    }

    private static void forgetVoid(Share share) {
        if (share.promised > 0 && System.nanoTime() - share.promisedAtNanos > PROMISE_NANOS) {
            share.promised = 0;
        }
    }

    private record Found(Share share, PoolEntry entry) {}

    private @Nullable Found leastRecentlyUsed(Needs.Asker asker) {
        Found best = null;
        long longest = -1;
        for (var share : shares) {
            if (share == asker.share) {
                continue;
            }
            boolean isRicher = asker.isPoorerThan(share);
            long now = share.pool.now();
            for (var entry : share.pool.shelf().entries()) {
                long idle = entry.idleNanos(now);
                long since = isRicher ? now - entry.openedNanos() : idle;
                if (entry.isIdle() && since >= TENURE_NANOS && idle > longest) {
                    best = new Found(share, entry);
                    longest = idle;
                }
            }
        }
        return best;
    }

    /** Who lacks what, once what is promised has come; the lock is held all the time. */
    private static final class Needs {

        private final List<Asker> askers = new ArrayList<>();

        static final class Asker {
            private final Share share;
            private int places;
            private int wanted;

            Asker(Share share) {
                this.share = share;
                this.places = share.places;
                this.wanted = share.wanted;
            }

            /** Whether the other has so much more, or this one so little, that a place in use may pass. */
            boolean isPoorerThan(Share other) {
                int held = other.places - other.promised;
                return held >= places + 2 || (places == 0 && held > 0);
            }
        }

        Needs(Iterable<Share> asking, Iterable<Share> shares) {
            asking.forEach(share -> askers.add(new Asker(share)));
            for (var share : shares) {
                for (int i = 0; i < share.promised; i++) {
                    var asker = next();
                    if (asker != null) {
                        served(asker);
                    }
                }
            }
        }

        @Nullable
        Asker next() {
            Asker best = null;
            for (var asker : askers) {
                if (best == null || asker.places < best.places) {
                    best = asker;
                }
            }
            return best;
        }

        void served(Asker asker) {
            asker.places++;
            asker.wanted--;
            askers.remove(asker);
            if (asker.wanted > 0) {
                askers.add(asker);
            }
        }

        void inVain(Asker asker) {
            askers.remove(asker);
        }
    }
}
