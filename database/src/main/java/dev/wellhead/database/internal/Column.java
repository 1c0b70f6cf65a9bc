// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.JDBCType;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A column of a result while a plan is made for it; not kept.
 *
 * @param index from 1
 * @param label the name, or the alias
 * @param type of {@link Types}
 * @param metaData of the result
 * @param dialect of the database
 */
record Column(int index, String label, int type, ResultSetMetaData metaData, Dialect dialect) {

    static Column of(ResultSetMetaData metaData, int index, Dialect dialect) throws SQLException {
        return new Column(index, metaData.getColumnLabel(index), metaData.getColumnType(index), metaData, dialect);
    }

    /** What a column holds, as far as conversions tell columns apart. */
    enum Holds {
        INTEGERS,
        DECIMALS,
        FLOATS,
        BOOLEANS,
        TEXT,
        BYTES,
        DATES,
        TIMES,
        TIMESTAMPS,
        ARRAYS,
        OTHERS
    }

    Holds holds() {
        return switch (type) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> Holds.INTEGERS;
            case Types.NUMERIC, Types.DECIMAL -> Holds.DECIMALS;
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> Holds.FLOATS;
            case Types.BIT, Types.BOOLEAN -> Holds.BOOLEANS;
            case Types.CHAR,
                    Types.VARCHAR,
                    Types.LONGVARCHAR,
                    Types.NCHAR,
                    Types.NVARCHAR,
                    Types.LONGNVARCHAR,
                    Types.CLOB,
                    Types.NCLOB -> Holds.TEXT;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> Holds.BYTES;
            case Types.DATE -> Holds.DATES;
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> Holds.TIMES;
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> Holds.TIMESTAMPS;
            case Types.ARRAY -> Holds.ARRAYS;
            default -> Holds.OTHERS;
        };
    }

    /**
     * Whether a time or timestamp has a zone. PostgreSQL's driver gives one JDBC type for both, so its type name is
     * asked for, which costs a look into the catalog: once per plan, not per query.
     */
    boolean isZoned() throws SQLException {
        if (type == Types.TIMESTAMP_WITH_TIMEZONE || type == Types.TIME_WITH_TIMEZONE) {
            return true;
        }
        String name = typeName();
        return switch (dialect) {
            case MYSQL -> name.equals("timestamp");
            case POSTGRESQL -> name.equals("timestamptz") || name.equals("timetz");
            case SQLITE, OTHER -> false;
        };
    }

    /** The database's own name of the type, in lower case. */
    String typeName() throws SQLException {
        @Nullable String name = metaData.getColumnTypeName(index);
        return name == null || name.isEmpty() ? jdbcTypeName(type) : name.toLowerCase(Locale.ROOT);
    }

    private static String jdbcTypeName(int type) {
        for (JDBCType known : JDBCType.values()) {
            if (known.getVendorTypeNumber() == type) {
                return known.getName().toLowerCase(Locale.ROOT);
            }
        }
        return "type " + type;
    }
}
