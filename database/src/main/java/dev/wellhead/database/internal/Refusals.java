// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.SQLException;

/** Texts for columns whose type is not read as a Java type. */
final class Refusals {

    static final String CAST = "cast the column in the query, change the type, or use a RowMapper";

    private Refusals() {}

    static Unfit type(Column column, String javaType, String mend) throws SQLException {
        return new Unfit("is of type " + column.typeName() + ", which is not read as " + javaType + "; " + mend);
    }
}
