// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FlywaySchemaTest {

    private TestDatabase server;
    private DatabaseManager manager;

    @BeforeEach
    void createDatabase() throws Exception {
        server = PostgresServer.shared().createDatabase();
    }

    @AfterEach
    void dropDatabase() throws Exception {
        manager.close();
        server.close();
    }

    private Database open(int maxSize, Duration acquireTimeout) {
        manager = DatabaseManager.builder()
                .database(DatabaseConfig.of(PoolConfig.builder()
                        .name("schema")
                        .jdbcUrl(server.jdbcUrl())
                        .maxSize(maxSize)
                        .minIdle(0)
                        .acquireTimeout(acquireTimeout)
                        .build()))
                .open();
        return manager.database();
    }

    @Test
    void migratesOnceAndGivesItsConnectionsBack() throws Exception {
        var database = open(2, Duration.ofSeconds(20));
        assertThat(FlywaySchema.migrate(database)).isEqualTo(2);
        assertThat(FlywaySchema.migrate(database)).isZero();
        assertThat(database.list(
                        "look", String.class, "SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
                .containsExactly("1", "2");
        requireAllGivenBack(database);
    }

    @Test
    void twoProgramsThatStartAtOnceMigrateOnce() throws Exception {
        var database = open(4, Duration.ofSeconds(20));
        var one = CompletableFuture.supplyAsync(() -> FlywaySchema.migrate(database), OwnThread.EACH);
        var other = CompletableFuture.supplyAsync(() -> FlywaySchema.migrate(database), OwnThread.EACH);
        assertThat(one.join() + other.join()).isEqualTo(2);
        requireAllGivenBack(database);
    }

    @Test
    void aMigrationThatFailsLeavesNothingBehind() throws Exception {
        var database = open(2, Duration.ofSeconds(20));
        FlywaySchema.migrate(database);
        var broken = Flyway.configure()
                .dataSource(database.dataSource())
                .locations("classpath:db/migration", "classpath:db/broken")
                .load();
        assertThatThrownBy(broken::migrate)
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("V3__broken.sql")
                .hasMessageContaining("no_such_table");
        assertThat(database.list("look", String.class, "SELECT version FROM flyway_schema_history WHERE NOT success"))
                .isEmpty();
        assertThat(server.execute("SELECT to_regclass('shelf') IS NULL")).containsExactly("t");
        requireAllGivenBack(database);
    }

    @Test
    void aPoolThatIsTooSmallSaysSo() {
        var database = open(1, Duration.ofMillis(500));
        assertThatThrownBy(() -> FlywaySchema.migrate(database))
                .isInstanceOf(FlywayException.class)
                .hasStackTraceContaining(AcquireRefusedException.class.getName())
                .hasStackTraceContaining("schema");
        assertThat(database.snapshot().active()).isZero();
    }

    private static void requireAllGivenBack(Database database) throws Exception {
        assertThat(database.leases()).isEmpty();
        assertThat(database.snapshot().active()).isZero();
        assertThat(database.snapshot().counters().leaksSuspected()).isZero();
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW search_path")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("\"$user\", public");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }
}
