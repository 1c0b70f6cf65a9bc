// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One column on its way into one component. A record, as the JIT trusts the fields of records and so folds the index
 * and the extract into the compiled reading of a row.
 *
 * @param index of the column, from 1
 * @param extract reads it
 * @param place for error texts
 */
record ColumnReader(int index, Extract extract, Place place) {

    @Nullable
    Object read(ResultSet row) throws SQLException {
        try {
            return extract.from(row, index);
        } catch (Unfit e) {
            throw place.unfit(e);
        } catch (SQLException e) {
            throw place.refused(e);
        }
    }

    Object readRequired(ResultSet row) throws SQLException {
        @Nullable Object value = read(row);
        if (value == null) {
            throw place.isNull();
        }
        return value;
    }

    Optional<Object> readOptional(ResultSet row) throws SQLException {
        return Optional.ofNullable(read(row));
    }

    int readInt(ResultSet row) throws SQLException {
        try {
            int value = row.getInt(index);
            if (value == 0 && row.wasNull()) {
                throw place.isNull();
            }
            return value;
        } catch (SQLException e) {
            throw place.refused(e);
        }
    }

    long readLong(ResultSet row) throws SQLException {
        try {
            long value = row.getLong(index);
            if (value == 0 && row.wasNull()) {
                throw place.isNull();
            }
            return value;
        } catch (SQLException e) {
            throw place.refused(e);
        }
    }

    double readDouble(ResultSet row) throws SQLException {
        try {
            double value = row.getDouble(index);
            if (value == 0 && row.wasNull()) {
                throw place.isNull();
            }
            return value;
        } catch (SQLException e) {
            throw place.refused(e);
        }
    }

    boolean readBoolean(ResultSet row) throws SQLException {
        try {
            boolean value = row.getBoolean(index);
            if (!value && row.wasNull()) {
                throw place.isNull();
            }
            return value;
        } catch (SQLException e) {
            throw place.refused(e);
        }
    }
}
