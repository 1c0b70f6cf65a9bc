// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Is told of each statement that runs through a pool, of each wait for a connection, and of each lease that ends; see
 * {@link dev.wellhead.pool.WellheadDataSource#addObserver}.
 *
 * <p>Called on the callers' own threads while they hold their connections: it must be fast and must not block. What it
 * throws is ignored. Times are exact to the clock's resolution, but for the time between acquire and first statement, and
 * that of a lease without statements: these are exact to the pool's clock tick of 10 ms, and right on average.
 */
public interface StatementObserver {

    /** How statements of one kind went. Shared by all threads. */
    interface Tally {

        /**
         * A statement has ended.
         *
         * @param operation name that the caller gave to the work; empty when none
         * @param waitNanos how long its lease was waited for; 0 for all but the first statement of a lease
         * @param runNanos from the call until the driver returned or threw
         * @param error what the driver threw, or null
         */
        void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error);

        /**
         * Rows that its results gave, as far as they were read, or that it changed; zero or more times for each statement.
         */
        void rows(long count);

        /** Further rows were fetched from the server, after it had ended. */
        void fetched(long nanos);

        /** The connection was held and ran nothing: before the first statement of a lease, and after each. */
        void held(long nanos);
    }

    /**
     * The tally for statements of that text.
     *
     * @param sql as the driver gets it; {@code COMMIT} and {@code ROLLBACK} for the methods of that name
     */
    Tally tally(String sql);

    /**
     * A caller has waited for a connection: he stood in line, or was refused. Not told of a caller that was served at
     * once. On his own thread, before he goes on; does nothing by default.
     *
     * @param operation name that the caller gave to the work; empty when none
     * @param waitNanos from the call until he was served or refused
     * @param refused why he got none, or null
     */
    default void waited(String operation, long waitNanos, @Nullable SQLException refused) {}

    /**
     * A lease has ended.
     *
     * @param operation name that the caller gave to the work; empty when none
     * @param callSite where it was acquired, as {@link dev.wellhead.pool.Lease#callSite} says; empty when that is not known
     * @param waitNanos how long it was waited for
     * @param heldNanos from acquire to release
     * @param sqlNanos of these, while a statement ran
     */
    void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos);
}
