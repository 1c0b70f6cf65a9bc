// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.SQLException;

/** From columns to one Java type. */
interface Conversion {

    /**
     * Chooses how to read a column.
     *
     * @param column to read
     * @return reads it
     * @throws Unfit when columns of this type are not read as the Java type
     * @throws SQLException from the driver
     */
    Extract extract(Column column) throws SQLException;

    /**
     * What of the column's type has to be the same for the extract to serve a later query with the same labels. Types
     * that are not built into PostgreSQL's driver (uuid, enums) cost a look into the catalog for each new connection,
     * so the type is compared only where reading depends on it.
     */
    default Compared compared() {
        return Compared.TYPE;
    }

    /** See {@link #compared()}. */
    enum Compared {
        /** Nothing. */
        NOTHING,
        /** The JDBC type. */
        TYPE,
        /** The JDBC type and the display size, which tells timestamp from timestamptz without asking the catalog. */
        TYPE_AND_SIZE
    }
}
