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

    /** Adds one at the place that its time of arrival gives it: mostly it is the oldest, or one of the newest. */
    void insert(Waiter waiter) {
        var head = first;
        if (head == null || waiter.sinceNanos - head.sinceNanos > 0) {
            insertFromEnd(waiter);
            return;
        }
        waiter.next = head;
        waiter.queued = true;
        head.previous = waiter;
        first = waiter;
        size++;
    }

    private void insertFromEnd(Waiter waiter) {
        var before = last;
        while (before != null && before.sinceNanos - waiter.sinceNanos > 0) {
            before = before.previous;
        }
        if (before == null || before == last) {
            add(waiter);
            return;
        }
        var after = before.next;
        waiter.previous = before;
        waiter.next = after;
        waiter.queued = true;
        before.next = waiter;
        if (after != null) {
            after.previous = waiter;
        }
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
