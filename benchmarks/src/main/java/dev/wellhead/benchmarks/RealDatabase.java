// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.Map;

/** An empty database of the JVM's own real PostgreSQL, which ends with the JVM, and pools over it. */
final class RealDatabase implements AutoCloseable {
    private final TestDatabase empty = create();
    private final DatabaseManager manager = DatabaseManager.builder()
            .database(DatabaseConfig.of(pool("bench", Map.of())))
            .database(DatabaseConfig.of(pool("plain", Map.of("reWriteBatchedInserts", "false"))))
            .database(DatabaseConfig.of(pool("rewriting", Map.of("reWriteBatchedInserts", "true"))))
            .open();

    /** With the settings that users get. */
    Database database() {
        return manager.database("bench");
    }

    /** With the driver's rewriting of batches off. */
    Database plain() {
        return manager.database("plain");
    }

    /** With the driver's rewriting of batches on. */
    Database rewriting() {
        return manager.database("rewriting");
    }

    private PoolConfig pool(String name, Map<String, String> properties) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(empty.jdbcUrl())
                .driverProperties(properties)
                .minIdle(1)
                .maxSize(2)
                .build();
    }

    /** An empty database alone. */
    static TestDatabase create() {
        try {
            return PostgresServer.shared().createDatabase();
        } catch (SQLException e) {
            throw new IllegalStateException("no database to measure with", e);
        }
    }

    @Override
    public void close() throws SQLException {
        manager.close();
        empty.close();
    }
}
