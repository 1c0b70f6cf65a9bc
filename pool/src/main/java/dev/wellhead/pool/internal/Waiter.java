// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.RefusalReason;
import org.jspecify.annotations.Nullable;

/** A caller in line. The links are guarded by the pool's lock; the outcome is set once, under it, and read by anyone. */
final class Waiter {

    static final int DEFAULT_LANE = 0;

    final Thread thread;
    final String operation;
    final long sinceNanos;
    /** When its own limit ends, on the clock of {@link #sinceNanos}. */
    final long deadlineNanos;
    /** The lane it belongs to; {@link #DEFAULT_LANE} for those who named none. */
    final int lane;

    final boolean isVirtual;

    @Nullable
    Waiter previous;

    @Nullable
    Waiter next;

    boolean queued;

    private volatile @Nullable PoolEntry served;
    private volatile @Nullable RefusalReason refusal;
    private volatile @Nullable Prospect prospect;

    Waiter(Thread thread, String operation, long sinceNanos, long deadlineNanos, int lane) {
        this.thread = thread;
        this.operation = operation;
        this.sinceNanos = sinceNanos;
        this.deadlineNanos = deadlineNanos;
        this.lane = lane;
        this.isVirtual = VirtualThreads.isVirtual(thread);
    }

    void serve(PoolEntry entry) {
        served = entry;
    }

    /** What it was served proved to be dead. */
    void rejoins() {
        served = null;
    }

    void refuse(RefusalReason reason) {
        refusal = reason;
    }

    @Nullable
    PoolEntry served() {
        return served;
    }

    void refuse(RefusalReason reason, Prospect seen) {
        prospect = seen;
        refusal = reason;
    }

    /** What it could hope for when it was refused, if that is why. */
    @Nullable
    Prospect prospect() {
        return prospect;
    }

    /** Why it was taken out of the line while it waited, if it was. */
    @Nullable
    RefusalReason refusal() {
        return refusal;
    }
}
