// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import java.sql.SQLException;

/**
 * The right to end the transaction of a lease. Every connection handle of the pool is one: who runs a transaction and
 * hands the connection to somebody else's code reserves it, so that this code cannot commit half of the work.
 *
 * <p>While it is reserved, {@code commit()}, {@code rollback()} and a change of auto-commit are refused with SQLSTATE
 * {@code 2D000}; savepoints are free. What SQL text says ({@code COMMIT}) and what is done to the unwrapped driver
 * connection is not seen. Not thread-safe, as a connection is not.
 */
public interface TransactionEnd {

    /**
     * Refuses all ends from here on. Sends nothing.
     *
     * @param owner whose it is, for the text of a refusal
     * @throws SQLException when the handle is closed
     */
    void reserve(String owner) throws SQLException;

    /** Lets the transaction be ended again; on a handle that is closed or reserved by nobody it does nothing. */
    void free();
}
