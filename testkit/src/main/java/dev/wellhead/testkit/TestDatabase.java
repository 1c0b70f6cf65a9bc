// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.sql.SQLException;
import java.util.List;

/**
 * A fresh database of its own for one test. Closing drops it; leaving it open is no harm, it goes with the server.
 */
public final class TestDatabase implements AutoCloseable {
    private final PostgresServer server;
    private final String name;

    TestDatabase(PostgresServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /**
     * The name of the database.
     *
     * @return unique in its server
     */
    public String name() {
        return name;
    }

    /**
     * The URL for JDBC.
     *
     * @return with the superuser, without a password
     */
    public String jdbcUrl() {
        return server.jdbcUrl(name);
    }

    /**
     * Runs SQL in this database over a connection of its own.
     *
     * @param sql one or more statements
     * @return as {@link PostgresServer#execute(String, String)}
     * @throws SQLException when it fails
     */
    public List<String> execute(String sql) throws SQLException {
        return server.execute(name, sql);
    }

    /**
     * Ends all connections to the database and drops it.
     *
     * @throws SQLException when the server does not answer
     */
    @Override
    public void close() throws SQLException {
        server.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }
}
