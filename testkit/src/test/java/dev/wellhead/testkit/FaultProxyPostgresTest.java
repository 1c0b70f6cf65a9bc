// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The faults as pgjdbc and a real server see them. */
@Timeout(60)
class FaultProxyPostgresTest {
    private TestDatabase database;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws SQLException {
        database = PostgresServer.shared().createDatabase();
        database.execute("CREATE TABLE t(i int)");
        proxy = FaultProxy.to(PostgresServer.shared());
    }

    @AfterEach
    void close() throws SQLException {
        proxy.close();
        database.close();
    }

    @Test
    void blackHoledQueryFailsAfterTheSocketTimeout() throws Exception {
        try (Connection connection = connect("&socketTimeout=1");
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("SELECT 1")).isTrue();
            proxy.existing().blackHole();
            long start = System.nanoTime();
            assertThatThrownBy(() -> statement.execute("SELECT 1")).satisfies(FaultProxyPostgresTest::isConnectionLoss);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(3));
        }
    }

    @Test
    void connectIntoABlackHoleTimesOut() {
        proxy.future().blackHole();
        assertThatThrownBy(() -> connect("&loginTimeout=1").close()).isInstanceOf(SQLException.class);
    }

    @Test
    void refusedConnectIs08001() {
        proxy.refuse();
        assertThatThrownBy(() -> connect("").close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    }

    @Test
    void cutBeforeCommitLeavesNoRow() throws Exception {
        for (Cut how : List.of(Cut.RESET, Cut.CLOSE)) {
            try (Connection connection = connect("")) {
                insert(connection);
                proxy.existing().cutBefore(Direction.TO_SERVER, "COMMIT", how);
                assertThatThrownBy(connection::commit).satisfies(FaultProxyPostgresTest::isConnectionLoss);
            }
            awaitNoTransaction();
            assertThat(rows()).as(how.name()).isZero();
        }
    }

    @Test
    void cutOfTheAnswerToCommitLeavesTheRow() throws Exception {
        try (Connection connection = connect("")) {
            insert(connection);
            proxy.existing().cutBefore(Direction.TO_CLIENT, "COMMIT", Cut.RESET);
            assertThatThrownBy(connection::commit).satisfies(FaultProxyPostgresTest::isConnectionLoss);
        }
        awaitNoTransaction();
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void swallowedCommitLeavesTheServerIdleInTransaction() throws Exception {
        try (Connection connection = connect("&socketTimeout=1")) {
            insert(connection);
            proxy.existing().cutBefore(Direction.TO_SERVER, "COMMIT", Cut.BLACK_HOLE);
            assertThatThrownBy(connection::commit).satisfies(FaultProxyPostgresTest::isConnectionLoss);
        }
        assertThat(states()).containsExactly("idle in transaction");
        proxy.close();
        awaitNoTransaction();
        assertThat(rows()).isZero();
    }

    @Test
    void stalledAnswerArrivesWhenCleared() throws Exception {
        try (Connection connection = connect("&socketTimeout=1");
                Connection patient = connect("");
                Statement statement = patient.createStatement()) {
            proxy.existing().stall(Direction.TO_CLIENT);
            assertThat(connection.isValid(1)).isFalse();
            proxy.existing().clear();
            assertThat(statement.execute("SELECT 1")).isTrue();
        }
    }

    @Test
    void latencyShowsInEachRoundTrip() throws Exception {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            proxy.existing().latency(Duration.ofMillis(50));
            long start = System.nanoTime();
            statement.execute("SELECT 1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        }
    }

    private Connection connect(String more) throws SQLException {
        return DriverManager.getConnection(proxy.jdbcUrl(database.name()) + more);
    }

    private static void insert(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO t VALUES (1)");
        }
    }

    private int rows() throws SQLException {
        return Integer.parseInt(database.execute("SELECT count(*) FROM t").get(0));
    }

    private List<String> states() throws SQLException {
        return PostgresServer.shared()
                .execute("SELECT state FROM pg_stat_activity WHERE application_name <> 'testkit' AND datname = '"
                        + database.name() + "'");
    }

    private void awaitNoTransaction() {
        await().until(() -> states().isEmpty());
    }

    private static void isConnectionLoss(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
    }
}
