// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.LeaseEnd;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A lease that an operator took from its holder. The lease ends as soon as the holder's call has failed; for a holder who
 * is in no call, when {@link LeaseEnd#GRACE_MILLIS} are over.
 */
final class CancelledLease {

    /** SQLSTATE of a statement that the server has cancelled: class 57, operator intervention. */
    private static final String BY_SERVER = "57014";
    /** SQLSTATE of a call that was cancelled, and the server said so. */
    private static final String ANSWERED = "57W02";
    /** As {@link #ANSWERED}, without an answer of the server. */
    private static final String NOT_ANSWERED = "57W03";

    private final AtomicReference<LeaseEnd.@Nullable Taken> taken = new AtomicReference<>();

    private CancelledLease() {}

    /** Takes that lease; false when it has ended. */
    static boolean cancel(PoolEntry entry, int lease) {
        var watched = entry.watch(entry.pool().now());
        var handle = watched == null || watched.lease() != lease ? null : watched.get();
        if (handle == null) {
            return false;
        }
        var cancelled = new CancelledLease();
        var taken = new LeaseGrip(entry, lease, handle).take(cancelled::told);
        cancelled.taken.set(taken);
        return taken != null;
    }

    /** What the holder's call throws, of what the driver has thrown; of null where nothing was sent. */
    private SQLException told(@Nullable SQLException cause) {
        boolean answered = cause != null && BY_SERVER.equals(cause.getSQLState());
        var known = taken.get();
        if (cause != null && known != null) {
            known.holderIsBack(answered);
        }
        return new SQLTimeoutException(
                "cancelled by an operator: the lease was taken back and its transaction rolled back; to go on, acquire a"
                        + " connection anew",
                answered ? ANSWERED : NOT_ANSWERED,
                cause);
    }
}
