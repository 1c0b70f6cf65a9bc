// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lease that has lasted for a while: its handle, held weakly, and what {@link LeakWatch} has seen of it.
 *
 * <p>A lease that is active though its handle is gone was abandoned: handles are kept reachable until their last call has
 * returned, everything made through a handle holds it, and nothing in the pool does.
 */
final class WatchedLease extends WeakReference<ConnectionHandle> {

    private final int lease;
    private final AtomicBoolean leakReported = new AtomicBoolean();
    private final AtomicBoolean abandonedReported = new AtomicBoolean();
    private volatile long quietSinceNanos;
    private volatile @Nullable String callSite;

    WatchedLease(ConnectionHandle handle, long nowNanos) {
        super(handle);
        this.lease = handle.lease();
        this.quietSinceNanos = nowNanos;
    }

    /** The number of the lease. */
    int lease() {
        return lease;
    }

    /** Whether everything that could end this lease is garbage. */
    boolean isAbandoned() {
        return get() == null;
    }

    boolean tryReportLeak() {
        return leakReported.compareAndSet(false, true);
    }

    boolean isLeakReported() {
        return leakReported.get();
    }

    boolean tryReportAbandoned() {
        return abandonedReported.compareAndSet(false, true);
    }

    /** The holder has used the connection. */
    void usedAt(long nowNanos) {
        quietSinceNanos = nowNanos;
    }

    long quietSinceNanos() {
        return quietSinceNanos;
    }

    /** Where the holder was when somebody first looked; null before, empty when that told nothing. */
    @Nullable
    String callSite() {
        return callSite;
    }

    void callSite(String site) {
        callSite = site;
    }
}
