// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** SQLite with its data in a file. */
class SqliteContractTest extends DriverContract {

    @TempDir
    private static Path folder;

    @Override
    String url() {
        return "jdbc:sqlite:" + folder.resolve("contract.db");
    }

    @Override
    Class<? extends DriverSupport> support() {
        return SqliteSupport.class;
    }

    @Override
    Class<?> physicalType() {
        return SQLiteConnection.class;
    }

    @Override
    String longQuery() {
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000)"
                + " SELECT COUNT(*) FROM n";
    }

    @Override
    String selfNumbered() {
        return "integer PRIMARY KEY";
    }

    @Override
    String sessionId() {
        return "";
    }

    @Override
    TransactionState writtenState() {
        return TransactionState.UNKNOWN;
    }

    @Override
    Map<String, Change> settings() {
        return Map.of("auto-commit", AUTO_COMMIT);
    }

    @Test
    void statementLimitBoundsTheWaitForTheOneWriter() throws SQLException {
        try (var pool = new WellheadDataSource(
                config().maxSize(2).statementTimeout(Duration.ofSeconds(1)).build())) {
            table(pool, "one_writer");
            try (var writer = pool.getConnection();
                    var second = pool.getConnection()) {
                writer.setAutoCommit(false);
                run(writer, "INSERT INTO one_writer VALUES (1)");
                long began = System.nanoTime();
                assertThatThrownBy(() -> run(second, "INSERT INTO one_writer VALUES (2)"))
                        .hasMessageContaining("SQLITE_BUSY");
                // The driver's own limit would be 3 s.
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isBetween(Duration.ofMillis(800), Duration.ofMillis(2_800));
                writer.commit();
                run(second, "INSERT INTO one_writer VALUES (2)");
            }
            assertThat(rows(pool, "one_writer")).containsExactly("1", "2");
            assertThat(pool.snapshot().counters().opened()).isEqualTo(2);
        }
    }

    @Test
    void memoryOfOneConnectionOutlivesTheLease() throws SQLException {
        try (var pool = new WellheadDataSource(config().jdbcUrl("jdbc:sqlite::memory:")
                .minIdle(1)
                .maxLifetime(Duration.ZERO)
                .build())) {
            table(pool, "kept");
            try (var connection = pool.getConnection()) {
                run(connection, "INSERT INTO kept VALUES (1)");
            }
            assertThat(rows(pool, "kept")).containsExactly("1");
        }
    }
}
