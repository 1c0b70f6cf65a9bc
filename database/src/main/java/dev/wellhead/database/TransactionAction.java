// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLException;

/** Work in one transaction that has no result; else as {@link TransactionWork}. */
@FunctionalInterface
public interface TransactionAction {

    /**
     * Does the work.
     *
     * @throws SQLException when the database refuses; it is judged and thrown on as a {@link DatabaseException}
     */
    void run(Transaction transaction) throws SQLException;
}
