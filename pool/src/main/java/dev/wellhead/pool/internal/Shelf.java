// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * All physical connections of a pool, and the choice among the idle ones.
 *
 * <p>The array is copied on each change, which the pool's lock guards; reading and taking need no lock. A caller first
 * tries what its thread used last, found by a hash of the thread (a stale hit is harmless: taking is a compare-and-set),
 * then the most recently used idle one, so that the others age and the pool can shrink. Among those used in about
 * the last 100 ms each thread begins at a place of its own: did all want the same one, many threads would share few
 * connections and get in each other's way though there is one for each.
 */
final class Shelf {

    private static final int RECENT_SLOTS = 64;
    private static final int RACES = 4;
    /** Connections given back within that time of each other are as good as each other. */
    private static final long ALIKE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private volatile PoolEntry[] entries = new PoolEntry[0];
    private final AtomicReferenceArray<@Nullable PoolEntry> recent = new AtomicReferenceArray<>(RECENT_SLOTS);

    PoolEntry[] entries() {
        return entries;
    }

    int size() {
        return entries.length;
    }

    /** Lock held. */
    void add(PoolEntry entry) {
        var before = entries;
        var after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = entry;
        entries = after;
    }

    /** Lock held. False when it was not there any more. */
    boolean remove(PoolEntry entry) {
        var before = entries;
        int index = Arrays.asList(before).indexOf(entry);
        if (index < 0) {
            return false;
        }
        var after = new PoolEntry[before.length - 1];
        System.arraycopy(before, 0, after, 0, index);
        System.arraycopy(before, index + 1, after, index, after.length - index);
        entries = after;
        return true;
    }

    /** Takes an idle connection that was known to live after that tick, or null. */
    @Nullable
    PoolEntry take(Thread thread, long freshAfter) {
        var last = recent.getOpaque(slot(thread));
        if (last != null && last.aliveTick() - freshAfter > 0 && last.tryAcquireFromIdle()) {
            return last;
        }
        for (int race = 0; race < RACES; race++) {
            var best = bestIdle(slot(thread), freshAfter);
            if (best == null || best.tryAcquireFromIdle()) {
                return best;
            }
        }
        return null;
    }

    private @Nullable PoolEntry bestIdle(int start, long freshAfter) {
        var all = entries;
        PoolEntry best = null;
        for (int i = 0; i < all.length; i++) {
            var entry = all[(start + i) % all.length];
            if (entry.isIdle()
                    && entry.aliveTick() - freshAfter > 0
                    && (best == null || entry.idleSinceTick() - best.idleSinceTick() > ALIKE_NANOS)) {
                best = entry;
            }
        }
        return best;
    }

    /** Remembers what this thread gave back; mostly it does already, and then nothing shared is written. */
    void usedBy(Thread thread, PoolEntry entry) {
        int slot = slot(thread);
        if (recent.getOpaque(slot) != entry) {
            recent.setOpaque(slot, entry);
        }
    }

    /** Lock held. */
    boolean holds(PoolEntry entry) {
        return Arrays.asList(entries).contains(entry);
    }

    /** Lets go of closed connections that are remembered only for their thread. */
    void forgetClosed() {
        for (int i = 0; i < RECENT_SLOTS; i++) {
            var entry = recent.getOpaque(i);
            if (entry != null && entry.state() == State.CLOSED) {
                recent.compareAndSet(i, entry, null);
            }
        }
    }

    int count(State state) {
        int count = 0;
        for (var entry : entries) {
            if (entry.state() == state) {
                count++;
            }
        }
        return count;
    }

    private static int slot(Thread thread) {
        long id = thread.getId();
        return (int) ((id ^ (id >>> 6)) & (RECENT_SLOTS - 1));
    }
}
