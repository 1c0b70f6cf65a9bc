// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a value of the row that a result stands on. It reads columns only: it neither moves the result nor keeps it.
 *
 * @param <T> what it makes; may be nullable
 */
@FunctionalInterface
public interface RowMapper<T extends @Nullable Object> {

    /**
     * The value of one row. Called once for each row, in order, on the thread that reads.
     *
     * @throws SQLException when the row cannot be read; it is judged and thrown on as a {@link DatabaseException}
     */
    T map(ResultSet row) throws SQLException;
}
