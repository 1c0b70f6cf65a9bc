// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.database.DatabaseException;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three programs of docs/from-plain-jdbc.md do the same, and what it says of handles holds. */
@Timeout(120)
class FromPlainJdbcTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private TestDatabase server;

    @BeforeEach
    void open() throws Exception {
        server = PostgresServer.shared().createDatabase();
        server.execute("CREATE TABLE account (owner text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))");
        server.execute("INSERT INTO account VALUES ('Ada', 100), ('Grace', 0)");
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PlainAccounts", "PooledAccounts", "DatabaseAccounts"})
    void documentShowsExactlyThisSource(String name) throws Exception {
        var source = Files.readString(ROOT.resolve("examples/src/main/java/dev/wellhead/examples/" + name + ".java"));
        assertThat(Files.readString(ROOT.resolve("docs/from-plain-jdbc.md")))
                .contains("```java\n" + source.substring(source.indexOf("import ")) + "```\n");
    }

    @Test
    void plainProgramMovesMoneyWholeOrNotAtAll() throws Exception {
        var accounts = new PlainAccounts(server.jdbcUrl());
        accounts.transfer("Ada", "Grace", 30);
        assertThat(accounts.balance("Grace")).isEqualTo(30);
        assertRefused(catchThrowableOfType(SQLException.class, () -> accounts.transfer("Ada", "Grace", 71)));
        assertThatThrownBy(() -> accounts.balance("Edsger")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void pooledProgramDoesTheSame() throws Exception {
        try (var accounts = new PooledAccounts(server.jdbcUrl())) {
            accounts.transfer("Ada", "Grace", 30);
            assertThat(accounts.balance("Grace")).isEqualTo(30);
            assertRefused(catchThrowableOfType(SQLException.class, () -> accounts.transfer("Ada", "Grace", 71)));
            assertThatThrownBy(() -> accounts.balance("Edsger")).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void programOverDatabaseDoesTheSame() throws Exception {
        try (var accounts = new DatabaseAccounts(server.jdbcUrl())) {
            accounts.transfer("Ada", "Grace", 30);
            assertThat(accounts.balance("Grace")).isEqualTo(30);
            var refused = catchThrowableOfType(DatabaseException.class, () -> accounts.transfer("Ada", "Grace", 71));
            assertThat(refused.code()).hasToString("E2007");
            assertRefused((SQLException) refused.getCause());
            assertThatThrownBy(() -> accounts.balance("Edsger"))
                    .isInstanceOfSatisfying(
                            DatabaseException.class, e -> assertThat(e.code()).hasToString("E2016"));
        }
    }

    @Test
    void closeGivesTheSessionBackAsItWasAndEndsTheHandle() throws Exception {
        try (var pool = pool()) {
            Connection first = pool.getConnection();
            var statement = first.createStatement();
            var session = session(first);
            first.setAutoCommit(false);
            first.setReadOnly(true);
            first.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            first.close();

            assertThat(statement.isClosed()).isTrue();
            assertThatThrownBy(() -> first.createStatement())
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
            try (var second = pool.getConnection()) {
                assertThat(session(second)).isEqualTo(session);
                assertThat(second.getAutoCommit()).isTrue();
                assertThat(second.isReadOnly()).isFalse();
                assertThat(second.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    @Test
    void closeRollsBackWhatWasNotCommitted() throws Exception {
        try (var pool = pool()) {
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("DELETE FROM account");
            }
            assertThat(server.execute("SELECT count(*) FROM account")).containsExactly("2");
        }
    }

    // What only an SQL text changed is the caller's to put back: the document says so.
    @Test
    void whatWasSetBySqlStays() throws Exception {
        try (var pool = pool()) {
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("SET work_mem = '5MB'");
            }
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("SHOW work_mem")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("5MB");
            }
        }
    }

    @Test
    void waitForConnectionEndsWithStateOfItsOwn() throws Exception {
        try (var pool = pool();
                var held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            assertThatThrownBy(() -> pool.getConnection("second", Duration.ZERO))
                    .isInstanceOfSatisfying(
                            AcquireRefusedException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("08W01"));
        }
    }

    private void assertRefused(SQLException refused) throws SQLException {
        assertThat(refused.getSQLState()).isEqualTo("23514");
        assertThat(server.execute("SELECT balance FROM account ORDER BY owner")).containsExactly("70", "30");
    }

    private WellheadDataSource pool() {
        return new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(server.jdbcUrl())
                .maxSize(1)
                .minIdle(1)
                .build());
    }

    private static String session(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
