// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import org.jspecify.annotations.Nullable;

/**
 * Callers in arrival order; adding, leaving and serving are O(1). Everything is guarded by the pool's lock, but for
 * {@link #isEmpty()} and {@link #size()}, which anyone may ask.
 */
final class WaitLine {

    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private volatile int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    @Nullable
    Waiter first() {
        return first;
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
        setSize(size + 1);
    }

    /** Takes a waiter out; false when it was not in line any more. */
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
        setSize(size - 1);
        return true;
    }

    private void setSize(int value) {
        size = value;
    }
}
