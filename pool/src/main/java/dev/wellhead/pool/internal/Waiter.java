// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import org.jspecify.annotations.Nullable;

/** A caller in line. The links are guarded by the pool's lock; the outcome is set once, under it, and read by anyone. */
final class Waiter {

    final Thread thread;
    final String operation;
    final long sinceNanos;

    @Nullable
    Waiter previous;

    @Nullable
    Waiter next;

    boolean queued;

    private volatile @Nullable PoolEntry served;
    private volatile boolean closed;

    Waiter(Thread thread, String operation, long sinceNanos) {
        this.thread = thread;
        this.operation = operation;
        this.sinceNanos = sinceNanos;
    }

    void serve(PoolEntry entry) {
        served = entry;
    }

    void refuseClosed() {
        closed = true;
    }

    @Nullable
    PoolEntry served() {
        return served;
    }

    /** Whether the pool was closed while this caller waited. */
    boolean isClosed() {
        return closed;
    }
}
