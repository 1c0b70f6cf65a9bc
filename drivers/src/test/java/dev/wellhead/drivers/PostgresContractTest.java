// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.postgresql.PGConnection;

/** PostgreSQL, by its own driver. */
class PostgresContractTest extends ServerContract {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Override
    String url() {
        return server.jdbcUrl();
    }

    @Override
    Class<? extends DriverSupport> support() {
        return PostgresSupport.class;
    }

    @Override
    Class<?> physicalType() {
        return PGConnection.class;
    }

    @Override
    String longQuery() {
        return "SELECT pg_sleep(60)";
    }

    @Override
    String selfNumbered() {
        return "bigint GENERATED ALWAYS AS IDENTITY";
    }

    @Override
    String sessionId() {
        return "SELECT pg_backend_pid()";
    }

    @Override
    String blobType() {
        return "bytea";
    }

    @Override
    boolean failedStatementFailsTransaction() {
        return true;
    }

    @Override
    Map<String, Change> settings() {
        return Map.of(
                "isolation", ISOLATION,
                "read-only", READ_ONLY,
                "network timeout", NETWORK_TIMEOUT,
                "auto-commit", AUTO_COMMIT,
                "schema", new Change(c -> c.setSchema("pg_catalog"), c -> c.getSchema()));
    }

    @Override
    void assertNothingRuns() throws SQLException {
        assertThat(server.execute(
                        "SELECT query FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)'"))
                .isEmpty();
    }

    @Override
    void end(long backendId) throws SQLException {
        server.execute("SELECT pg_terminate_backend(" + backendId + ", 5000)");
    }

    @Override
    void restart() {
        server.restart();
    }

    @Override
    void freeze() {
        server.freeze();
    }

    @Override
    void thaw() {
        server.thaw();
    }
}
