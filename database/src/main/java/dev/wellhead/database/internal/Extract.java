// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads one column of one row. */
@FunctionalInterface
interface Extract {

    /** For columns that hold an int: compared by identity, so that a primitive component is read without a box. */
    Extract INT = (row, index) -> {
        int value = row.getInt(index);
        return value == 0 && row.wasNull() ? null : (Integer) value;
    };

    /** For columns that hold a long; as {@link #INT}. */
    Extract LONG = (row, index) -> {
        long value = row.getLong(index);
        return value == 0 && row.wasNull() ? null : (Long) value;
    };

    /** For columns that hold a double; as {@link #INT}. */
    Extract DOUBLE = (row, index) -> {
        double value = row.getDouble(index);
        return value == 0 && row.wasNull() ? null : (Double) value;
    };

    /** For columns that hold a boolean; as {@link #INT}. */
    Extract BOOLEAN = (row, index) -> {
        boolean value = row.getBoolean(index);
        return (!value && row.wasNull()) ? null : (Boolean) value;
    };

    /** For columns of text. */
    Extract STRING = ResultSet::getString;

    /**
     * Reads.
     *
     * @param row on the row
     * @param index of the column, from 1
     * @return null for SQL NULL
     * @throws SQLException from the driver
     * @throws Unfit when the value does not fit
     */
    @Nullable
    Object from(ResultSet row, int index) throws SQLException;
}
