// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Work in one transaction. The transaction belongs to the work until it returns and must not be kept.
 *
 * @param <T> what it returns; may be nullable
 */
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object> {

    /**
     * Does the work.
     *
     * @throws SQLException when the database refuses; it is judged and thrown on as a {@link DatabaseException}
     */
    T run(Transaction transaction) throws SQLException;
}
