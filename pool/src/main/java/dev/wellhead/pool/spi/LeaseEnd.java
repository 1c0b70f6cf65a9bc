// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The end of one lease by somebody else than its holder: for time limits, and for callers who are not waited for any
 * more. It belongs to that lease alone: once the lease has ended it does nothing, whoever has the connection then. For
 * any thread; nothing here waits.
 */
public interface LeaseEnd {

    /** Every connection handle of the pool is one. */
    interface Handle {

        /** The end of the lease as it is now; null when the handle is closed. */
        @Nullable
        LeaseEnd leaseEnd();
    }

    /** A lease that was taken from its holder. */
    interface Taken {

        /**
         * The holder's call has come back: the connection may be closed at once. Does nothing when it was already.
         *
         * @param answered whether the server has answered; if not, its session is ended over another connection
         */
        void holderIsBack(boolean answered);
    }

    /** The statement that ran last in this lease, as far as it may be shown, at most 100 characters; else empty. */
    String lastSql();

    /**
     * Whether the thread that waits for the server in this lease was interrupted, and its socket keeps the flag back until
     * the call has come back; {@link Thread#isInterrupted} does not show it then.
     */
    boolean keepsInterrupt();

    /**
     * Takes the lease from its holder: the handle is dead from now on, what runs is cancelled over another connection,
     * and after {@value #GRACE_MILLIS} ms at most the socket is aborted and the session on the server ended. Nobody gets
     * this connection again, so that no cancel can meet somebody else's statement.
     *
     * @param told makes what the holder's calls throw from now on, of what the driver has thrown, or of null where a
     *     call met the dead handle and nothing was sent; called on the holder's threads
     * @return null when the lease has ended by itself
     */
    @Nullable
    Taken take(Function<@Nullable SQLException, SQLException> told);

    /** How long a cancel may take before the socket is aborted. */
    long GRACE_MILLIS = 500;
}
