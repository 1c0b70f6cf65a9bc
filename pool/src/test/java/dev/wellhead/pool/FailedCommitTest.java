// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A commit that could only roll back, where no support for the driver tells: this module has none. */
class FailedCommitTest {

    private TestDatabase database;
    private WellheadDataSource pool;

    @BeforeEach
    void open() throws SQLException {
        database = PostgresServer.shared().createDatabase();
        database.execute("CREATE TABLE item (id int PRIMARY KEY)");
        pool = pool(true);
    }

    @AfterEach
    void close() throws SQLException {
        pool.close();
        database.close();
    }

    @Test
    void isRefusedAndNothingIsCommitted() throws SQLException {
        try (var connection = begun(pool)) {
            fail(connection);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(connection::commit)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("25W01"))
                        .hasMessageContaining("Nothing was committed; roll back")
                        .hasMessageContaining("refuse-failed-commit=false");
            }
            connection.rollback();
            execute(connection, "INSERT INTO item VALUES (2)");
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).containsExactly("2");
    }

    @Test
    void rollbackToSavepointMakesItCommittable() throws SQLException {
        try (var connection = begun(pool)) {
            var savepoint = connection.setSavepoint();
            fail(connection);
            connection.rollback(savepoint);
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).containsExactly("1");
    }

    @Test
    void rollbackToSavepointInSqlMakesItCommittable() throws SQLException {
        try (var connection = begun(pool)) {
            execute(connection, "SAVEPOINT before");
            fail(connection);
            execute(connection, "ROLLBACK TO before");
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).containsExactly("1");
    }

    @Test
    void errorOfTheClientsSideIsNone() throws SQLException {
        try (var connection = begun(pool);
                var statement = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
            assertThatThrownBy(statement::execute).isInstanceOf(SQLException.class);
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).containsExactly("1");
    }

    @Test
    void nextHolderStartsAnew() throws SQLException {
        try (var connection = begun(pool)) {
            fail(connection);
        }
        try (var connection = begun(pool)) {
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).containsExactly("1");
    }

    @Test
    void switchedOffItIsARollbackWithoutAWord() throws SQLException {
        try (var lenient = pool(false);
                var connection = begun(lenient)) {
            fail(connection);
            connection.commit();
        }
        assertThat(database.execute("SELECT id FROM item")).isEmpty();
    }

    private WellheadDataSource pool(boolean refuses) {
        return new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(database.jdbcUrl())
                .maxSize(1)
                .minIdle(0)
                .refuseFailedCommit(refuses)
                .build());
    }

    private static Connection begun(WellheadDataSource pool) throws SQLException {
        var connection = pool.getConnection();
        connection.setAutoCommit(false);
        execute(connection, "INSERT INTO item VALUES (1)");
        return connection;
    }

    private static void fail(Connection connection) {
        assertThatThrownBy(() -> execute(connection, "INSERT INTO item VALUES (1)"))
                .isInstanceOf(SQLException.class);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
