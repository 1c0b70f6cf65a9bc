// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import org.jspecify.annotations.Nullable;

/** Callers of one lane in arrival order; adding and leaving are O(1). Guarded by the pool's lock. */
final class WaiterQueue {

    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Waiter oldest() {
        return first;
    }

    @Nullable
    Waiter newest() {
        return last;
    }

    void add(Waiter waiter) {
        var tail = last;
        waiter.previous = tail;
        waiter.queued = true;
        if (tail == null) {
            first = waiter;
        } else {
            tail.next = waiter;
        }
        last = waiter;
        size++;
    }

    /** False when it was not in line any more. */
    boolean remove(Waiter waiter) {
        if (!waiter.queued) {
            return false;
        }
        var before = waiter.previous;
        var after = waiter.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        waiter.previous = null;
        waiter.next = null;
        waiter.queued = false;
        size--;
        return true;
    }
}
