// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What other programs do to the database is found in {@code pg_stat_statements}. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TableScansTest {

    private static final HealthPolicy OFTEN = new HealthPolicy(true, Duration.ofMillis(100), Duration.ofSeconds(2), 3);

    @Test
    void statementsOfOthersThatReadAllOfATableAreFound() throws SQLException {
        try (var server = PostgresServer.builder()
                .setting("shared_preload_libraries", "pg_stat_statements")
                .start()) {
            server.execute("CREATE EXTENSION pg_stat_statements");
            fill(server);
            try (var other = DriverManager.getConnection(server.jdbcUrl());
                    var statement = other.createStatement()) {
                for (int i = 0; i < 100; i++) {
                    statement
                            .executeQuery("SELECT id FROM big WHERE md5(note) = 'secret-" + i + "'")
                            .close();
                }
            }
            try (var manager =
                    DatabaseManager.builder().database(config(server)).open()) {
                var database = manager.database();
                database.examine(List.of());
                await().until(() -> !database.tableScans().isEmpty());
                assertThat(database.tableScans()).singleElement().satisfies(scan -> {
                    assertThat(scan.sql()).isEqualTo("SELECT id FROM big WHERE md5(note) = ?");
                    assertThat(scan.table()).isEqualTo("public.big");
                    assertThat(scan.rows()).isBetween(140_000L, 160_000L);
                    assertThat(scan.calls()).isEqualTo(100);
                    assertThat(scan.mean()).isGreaterThan(Duration.ofMillis(5));
                    assertThat(scan.toString()).doesNotContain("secret");
                });
            }
        }
    }

    /** Neither its absence nor its presence without the library in the server is an error of the health check. */
    @Test
    void listThatCannotBeReadHarmsNoCheck() throws SQLException {
        try (var server = PostgresServer.start()) {
            server.execute("CREATE EXTENSION pg_stat_statements");
            fill(server);
            try (var manager =
                    DatabaseManager.builder().database(config(server)).open()) {
                var database = manager.database();
                database.examine(List.of(new Suspect("SELECT id FROM big WHERE note = ?", 100, Duration.ofMillis(20))));
                await().until(() -> !database.tableScans().isEmpty());
                assertThat(database.checkHealth().healthy()).isTrue();
                assertThat(database.tableScans())
                        .singleElement()
                        .satisfies(scan -> assertThat(scan.table()).isEqualTo("public.big"));
            }
        }
    }

    private static void fill(PostgresServer server) throws SQLException {
        server.execute("CREATE TABLE big AS SELECT g AS id, 'x' || g AS note FROM generate_series(1, 150000) g");
        server.execute("ANALYZE big");
    }

    private static DatabaseConfig config(PostgresServer server) {
        var pool =
                PoolConfig.builder().name("looked-at").jdbcUrl(server.jdbcUrl()).build();
        return new DatabaseConfig(pool, RetryPolicy.DEFAULT, OFTEN, Duration.ofSeconds(5));
    }
}
