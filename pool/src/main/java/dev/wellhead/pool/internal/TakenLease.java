// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.spi.LeaseEnd;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lease that was taken from its holder, who may be inside of a call. What runs is cancelled over another connection; the
 * lease ends when the holder's call has come back, or after {@link LeaseEnd#GRACE_MILLIS} ms with an abort and the end of
 * the session on the server. Either way the connection leaves the pool, so whatever comes late meets nobody else.
 *
 * <p>Concurrency: {@link #left} decides who ends the lease, the holder or the timer.
 */
final class TakenLease implements LeaseEnd.Taken {

    private static final long REPEAT_MILLIS = 150;

    private final PoolEntry entry;
    private final int lease;
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile @Nullable Future<?> limit;

    TakenLease(PoolEntry entry, int lease) {
        this.entry = entry;
        this.lease = lease;
    }

    void begin() {
        var pool = entry.pool();
        limit = PoolThreads.after(
                TimeUnit.MILLISECONDS.toNanos(LeaseEnd.GRACE_MILLIS),
                () -> pool.crews().rest().work(this::abort));
        cancel();
    }

    /** Again and again, for a call that had just begun when the lease was taken may have reached the server since. */
    private void cancel() {
        if (left.get()) {
            return;
        }
        if (entry.isBusy() || !entry.notesLeases()) {
            entry.pool().sessionEnds().cancel(entry);
        }
        var unused = PoolThreads.after(TimeUnit.MILLISECONDS.toNanos(REPEAT_MILLIS), this::cancel);
    }

    @Override
    public void holderIsBack(boolean answered) {
        if (!left.compareAndSet(false, true)) {
            return;
        }
        var timer = limit;
        if (timer != null) {
            timer.cancel(false);
        }
        leave(!answered);
    }

    private void abort() {
        if (left.compareAndSet(false, true)) {
            leave(true);
        }
    }

    private void leave(boolean byForce) {
        var pool = entry.pool();
        pool.leave(entry, lease, EvictReason.CANCELLED, byForce);
        if (byForce) {
            pool.sessionEnds().end(entry);
        }
    }
}
