// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.PoolState;

/** What one pool has of the places under a ceiling; see {@link Room}. */
final class Share {

    final Pool pool;
    private final Room room;

    // Guarded by the room's lock.
    /** Places that are the pool's. */
    int places;
    /** How many of these it is about to give up for others. */
    int promised;
    /** When it last promised one. */
    long promisedAtNanos;
    /** How many more its callers wait for. */
    int wanted;

    /** Whether the pool takes a place, or waits for one, for the connection with which it starts. */
    private volatile boolean starts;
    /** Whether it has that place; guarded by the pool's lock. */
    private boolean hasStarter;

    Share(Room room, Pool pool) {
        this.room = room;
        this.pool = pool;
    }

    /** Whose places these are. */
    Room room() {
        return room;
    }

    /** As {@link Room#take}. The pool's lock is held. */
    int take(int used, int count, int forCallers) {
        return room.take(this, used + (hasStarter ? 1 : 0), count, forCallers);
    }

    /** Whether a replacement may be opened before the old one leaves; gives nothing away. The pool's lock is held. */
    boolean hasFree() {
        return room.taken() < room.most();
    }

    /** As {@link Room#owes}. */
    boolean owes(PoolEntry entry) {
        return room.owes(this, entry);
    }

    CeilingUse use() {
        return room.use(this);
    }

    /** The most that the pool may count on. The pool's lock is held, or none. */
    int most(int maxSize, int open) {
        var use = room.use(this);
        return use.waits() ? Math.max(1, open) : Math.min(maxSize, use.maxTotal());
    }

    /** Whether somebody still waits for what is asked for. */
    boolean isWaiting() {
        return starts || (!pool.line().isEmpty() && pool.state() != PoolState.CLOSED);
    }

    /** Whether the pool will never open anything any more. */
    boolean isOver() {
        return pool.state() == PoolState.CLOSED;
    }

    /** Tells the pool that it got places. */
    void tell() {
        if (starts) {
            pool.crews().rest().work(() -> pool.locked(pool.progress()::signalAll));
        } else {
            pool.crews().rest().work(pool::serve);
        }
    }

    /** Takes the place for the connection with which the pool starts; false when there is none in that time. */
    boolean takeStarter(long nanos) throws InterruptedException {
        long left = nanos;
        pool.lock().lockInterruptibly();
        try {
            starts = true;
            while (room.take(this, pool.places(), 1, 1) == 0) {
                if (left <= 0) {
                    return false;
                }
                left = pool.progress().awaitNanos(left);
            }
            hasStarter = true;
            return true;
        } finally {
            starts = false;
            if (!hasStarter) {
                room.take(this, pool.places(), 0, 0);
            }
            pool.lock().unlock();
        }
    }

    /** The starter is on the shelf, or was not opened. */
    void endStarter() {
        pool.locked(() -> {
            hasStarter = false;
            room.take(this, pool.places(), 0, 0);
        });
    }
}
