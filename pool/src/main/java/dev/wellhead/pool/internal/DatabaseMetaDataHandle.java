// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Metadata that dies with its connection handle. */
final class DatabaseMetaDataHandle extends DatabaseMetaDataDelegate {

    private final ConnectionHandle connection;

    DatabaseMetaDataHandle(ConnectionHandle connection, DatabaseMetaData physical) {
        super(physical);
        this.connection = connection;
    }

    @Override
    PoolEntry open() throws SQLException {
        var entry = connection.entry();
        if (entry == null) {
            throw Handles.closedWithConnection(connection, "database metadata");
        }
        return entry;
    }

    @Override
    @Nullable
    ResultSet wrap(PoolEntry entry, @Nullable ResultSet made) {
        return made == null ? null : new ResultSetHandle(connection, null, made);
    }

    @Override
    public Connection getConnection() throws SQLException {
        open();
        return connection;
    }

    @Override
    public String toString() {
        return Handles.text(this, connection.entry() == null ? "closed" : "open");
    }
}
