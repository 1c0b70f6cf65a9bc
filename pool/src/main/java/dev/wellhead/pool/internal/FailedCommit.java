// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.regex.Pattern;

/**
 * What is done about a COMMIT that could only roll back: PostgreSQL answers the COMMIT of a failed transaction with
 * ROLLBACK, and its driver returns from {@code commit()} as if nothing were wrong. Other databases undo the failed
 * statement alone, and there a commit after an error that was caught keeps the rest.
 */
enum FailedCommit {
    /** It goes to the driver. */
    PASS,
    /** It is refused where the driver says that the transaction has failed. */
    ASK_DRIVER,
    /** As before; and where the driver cannot tell, and a call has failed, the server is asked. */
    ASK_SERVER;

    /** PostgreSQL and what speaks its language, by whatever driver. */
    private static final Pattern POSTGRES =
            Pattern.compile("jdbc:(aws-wrapper:)?(postgresql|pgsql|redshift|yugabytedb|opengauss|edb|kingbase8):.*");

    /** SQLSTATE of a refused commit: class 25, invalid transaction state. */
    private static final String REFUSED = "25W01";

    private static final String FAILED_TRANSACTION = "25P02";

    static FailedCommit of(PoolConfig config) {
        if (!config.refuseFailedCommit()) {
            return PASS;
        }
        return POSTGRES.matcher(config.jdbcUrl()).matches() ? ASK_SERVER : ASK_DRIVER;
    }

    /**
     * Refuses the commit of a transaction that has failed. Costs a round trip only where the driver cannot tell, and a
     * call has failed.
     *
     * @param hasFailed whether a call has failed since the transaction began
     */
    void require(Connection physical, DriverSupport driver, boolean hasFailed) throws SQLException {
        if (this == PASS) {
            return;
        }
        var state = driver.transactionState(physical);
        if (state == TransactionState.FAILED
                || (this == ASK_SERVER
                        && state == TransactionState.UNKNOWN
                        && hasFailed
                        && !physical.getAutoCommit()
                        && serverSaysFailed(physical))) {
            throw new SQLNonTransientException(
                    "commit() is refused: a statement of this transaction failed, so PostgreSQL would only roll it back."
                            + " Nothing was committed; roll back, and let the error through or set a savepoint before a"
                            + " statement that may fail and roll back to it. With refuse-failed-commit=false such a"
                            + " commit is a rollback without a word",
                    REFUSED);
        }
    }

    private static boolean serverSaysFailed(Connection physical) throws SQLException {
        try (var statement = physical.createStatement()) {
            statement.execute("SELECT 1");
            return false;
        } catch (SQLException e) {
            if (FAILED_TRANSACTION.equals(e.getSQLState())) {
                return true;
            }
            throw e;
        }
    }
}
