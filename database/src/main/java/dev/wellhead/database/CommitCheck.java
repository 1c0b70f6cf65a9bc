// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;

/**
 * Refuses a COMMIT that could only roll back: PostgreSQL answers a COMMIT of a failed transaction with ROLLBACK, and
 * its driver returns from {@code commit()} as if nothing were wrong.
 */
final class CommitCheck {

    /** SQLSTATE of a refused commit: class 25, invalid transaction state. */
    static final String REFUSED = "25W01";

    private static final DriverSupport NONE = url -> true;

    private final DriverSupport driver;

    private CommitCheck(DriverSupport driver) {
        this.driver = driver;
    }

    static CommitCheck forUrl(String jdbcUrl) {
        return new CommitCheck(DriverSupport.of(jdbcUrl).orElse(NONE));
    }

    /** Without a round trip. */
    void requireCommittable(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            throw new SQLNonTransientException(
                    "The connection was closed before the transaction could be committed, by the work or because it"
                            + " broke and the error was caught inside of the work. Nothing was committed; leave close"
                            + " to the caller of the work, and let errors through",
                    REFUSED);
        }
        if (driver.transactionState(connection) == TransactionState.FAILED) {
            throw new SQLNonTransientException(
                    "The transaction has failed, so its work cannot be committed: a statement failed and its error was"
                            + " caught inside of the work. Nothing was committed; let the error through, or set a"
                            + " savepoint before the statement and roll back to it",
                    REFUSED);
        }
    }
}
