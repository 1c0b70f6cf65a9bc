// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import dev.wellhead.pool.spi.LeaseEnd;
import dev.wellhead.testkit.OwnThread;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * What a pool promises over each driver, on the real thing. What a driver cannot do is asserted too, so that docs/drivers.md
 * stays true.
 */
abstract class DriverContract {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Executor AT_ONCE = Runnable::run;

    /** The URL of a database that stays for as long as the class runs. */
    abstract String url() throws SQLException;

    abstract Class<? extends DriverSupport> support();

    /** The driver's own type of connection. */
    abstract Class<?> physicalType();

    /** Runs for many seconds, unless it is ended. */
    abstract String longQuery();

    /** A column that numbers itself, as in {@code id <this>}. */
    abstract String selfNumbered();

    /** Tells the number of the session; empty where there is none. */
    abstract String sessionId();

    String blobType() {
        return "blob";
    }

    /** Whether one failed statement makes the transaction worthless. */
    boolean failedStatementFailsTransaction() {
        return false;
    }

    /** What is said of a transaction that has written, without asking the server. */
    TransactionState writtenState() {
        return TransactionState.OPEN;
    }

    /** Session settings of JDBC that the driver keeps, as changed by the test. */
    abstract Map<String, Change> settings();

    /** Changes a setting, and reads it. */
    record Change(Act act, Read read) {}

    interface Act {
        void run(Connection connection) throws SQLException;
    }

    interface Read {
        Object of(Connection connection) throws SQLException;
    }

    static final Change ISOLATION = new Change(
            c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE), Connection::getTransactionIsolation);
    static final Change READ_ONLY = new Change(c -> c.setReadOnly(true), Connection::isReadOnly);
    static final Change NETWORK_TIMEOUT =
            new Change(c -> c.setNetworkTimeout(AT_ONCE, 7_000), Connection::getNetworkTimeout);
    static final Change AUTO_COMMIT = new Change(c -> c.setAutoCommit(false), Connection::getAutoCommit);

    PoolConfig.Builder config() throws SQLException {
        return PoolConfig.builder().jdbcUrl(url()).minIdle(0).maxSize(1).keepaliveInterval(Duration.ZERO);
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static List<String> column(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var column = new ArrayList<String>();
            while (rows.next()) {
                column.add(rows.getString(1));
            }
            return column;
        }
    }

    /** A fresh table of one number, and one to write to in parallel. */
    static void table(WellheadDataSource pool, String name) throws SQLException {
        try (var connection = pool.getConnection()) {
            run(connection, "DROP TABLE IF EXISTS " + name);
            run(connection, "CREATE TABLE " + name + " (n int PRIMARY KEY)");
        }
    }

    static List<String> rows(WellheadDataSource pool, String table) throws SQLException {
        try (var connection = pool.getConnection()) {
            return column(connection, "SELECT n FROM " + table + " ORDER BY n");
        }
    }

    @Test
    void isFoundByItsUrl() throws SQLException {
        assertThat(DriverSupport.of(url())).get().isInstanceOf(support());
    }

    @Test
    void driverKnowsEachDefaultAndTheUserWins() throws SQLException {
        var support = DriverSupport.of(url()).orElseThrow();
        var settings = new ConnectSettings(5_000, 2_000, "contract", false);
        var defaults = support.defaults(url(), settings, Map.of());
        var known = new HashSet<String>();
        for (var property : DriverManager.getDriver(url()).getPropertyInfo(url(), new Properties())) {
            known.add(property.name.toLowerCase(Locale.ROOT));
        }
        if (checksNames()) {
            assertThat(known)
                    .containsAll(defaults.keySet().stream()
                            .map(name -> name.toLowerCase(Locale.ROOT))
                            .toList());
        }
        for (var name : defaults.keySet()) {
            var upper = name.toUpperCase(Locale.ROOT);
            assertThat(support.defaults(url(), settings, Map.of(upper, "x"))).doesNotContainKey(name);
            assertThat(support.defaults(withParameter(url(), name, "1"), settings, Map.of()))
                    .doesNotContainKey(name);
        }
    }

    /** Whether the driver lists the properties that it knows. */
    boolean checksNames() {
        return true;
    }

    private static String withParameter(String url, String name, String value) {
        if (url.startsWith("jdbc:h2:")) {
            return url + ";" + name + "=" + value;
        }
        return url + (url.contains("?") ? "&" : "?") + name + "=" + value;
    }

    @Test
    void handleIsDeadAfterClose() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            var connection = pool.getConnection();
            var statement = connection.createStatement();
            var rows = statement.executeQuery("SELECT 1");
            assertThat(rows.next()).isTrue();
            connection.close();
            connection.close();
            assertThat(connection.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
            assertThatThrownBy(rows::next).isInstanceOf(SQLException.class);
            assertThat(pool.snapshot().active()).isZero();
            assertThat(pool.snapshot().idle()).isOne();
        }
    }

    @Test
    void commitsAndRollsBack() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "ends");
            try (var connection = pool.getConnection()) {
                run(connection, "INSERT INTO ends VALUES (1)");
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO ends VALUES (2)");
                connection.commit();
                run(connection, "INSERT INTO ends VALUES (3)");
                connection.rollback();
                run(connection, "INSERT INTO ends VALUES (4)");
                var savepoint = connection.setSavepoint();
                run(connection, "INSERT INTO ends VALUES (5)");
                connection.rollback(savepoint);
                connection.commit();
            }
            assertThat(rows(pool, "ends")).containsExactly("1", "2", "4");
            assertThat(pool.snapshot().counters().rolledBack()).isZero();
        }
    }

    @Test
    void rollsBackWhatIsLeftOpenAndCountsIt() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "left_open");
            try (var connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO left_open VALUES (1)");
            }
            assertThat(rows(pool, "left_open")).isEmpty();
            assertThat(pool.snapshot().counters().rolledBack()).isOne();
            assertThat(pool.snapshot().counters().opened()).isOne();
        }
    }

    @Test
    void putsBackWhatAHolderChanged() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            for (var setting : settings().entrySet()) {
                Object before;
                try (var connection = pool.getConnection()) {
                    before = setting.getValue().read().of(connection);
                    setting.getValue().act().run(connection);
                    assertThat(setting.getValue().read().of(connection))
                            .as(setting.getKey() + " is changed")
                            .isNotEqualTo(before);
                }
                try (var connection = pool.getConnection()) {
                    assertThat(setting.getValue().read().of(connection))
                            .as(setting.getKey() + " is put back")
                            .isEqualTo(before);
                }
            }
            assertThat(pool.snapshot().counters().opened())
                    .as("on one connection")
                    .isOne();
        }
    }

    @Test
    void limitOfAStatementEndsWithTheLeaseAtTheLatest() throws SQLException {
        try (var pool = new WellheadDataSource(
                config().maxSize(1).statementTimeout(Duration.ofMillis(20_500)).build())) {
            int before;
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                before = statement.getQueryTimeout();
                statement.setQueryTimeout(7);
                assertThat(statement.getQueryTimeout()).isEqualTo(7);
                assertThat(column(connection, "SELECT 1")).containsExactly("1");
            }
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                assertThat(statement.getQueryTimeout()).isEqualTo(before);
            }
            assertThat(pool.snapshot().counters().opened()).isOne();
        }
    }

    @Test
    void tellsTheTransactionState() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "states");
            try (var connection = pool.getConnection()) {
                run(connection, "INSERT INTO states VALUES (1)");
                assertThat(pool.leases().get(0).transaction()).isEqualTo(TransactionState.NONE);
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO states VALUES (2)");
                assertThat(pool.leases().get(0).transaction()).isEqualTo(TransactionState.OPEN);
                var support = DriverSupport.of(url()).orElseThrow();
                assertThat(support.transactionState(physical(connection))).isEqualTo(writtenState());
                connection.commit();
                assertThat(pool.leases().get(0).transaction()).isIn(TransactionState.NONE, TransactionState.UNKNOWN);
            }
        }
    }

    private Connection physical(Connection connection) throws SQLException {
        return (Connection) connection.unwrap(physicalType());
    }

    @Test
    void failedStatementLeavesTheRestOfTheTransactionAsTheDatabaseHasIt() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "failed");
            try (var connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO failed VALUES (1)");
                assertThatThrownBy(() -> run(connection, "INSERT INTO failed VALUES (1)"))
                        .isInstanceOf(SQLException.class);
                if (failedStatementFailsTransaction()) {
                    assertThat(pool.leases().get(0).transaction()).isEqualTo(TransactionState.FAILED);
                    assertThatThrownBy(connection::commit)
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getSQLState()).isEqualTo("25W01"))
                            .hasMessageStartingWith("commit() is refused: a statement of this transaction failed");
                } else {
                    run(connection, "INSERT INTO failed VALUES (2)");
                    connection.commit();
                }
            }
            var expected = failedStatementFailsTransaction() ? List.of() : List.of("1", "2");
            assertThat(rows(pool, "failed")).isEqualTo(expected);
            assertThat(pool.snapshot().counters().opened())
                    .as("a violated constraint costs no connection")
                    .isOne();
        }
    }

    /** Asks the server, where there is one. */
    void assertNothingRuns() throws SQLException {}

    @Test
    void cancelEndsAStatementAndTheConnectionGoesOn() throws Exception {
        try (var pool = new WellheadDataSource(config().build());
                var connection = pool.getConnection()) {
            try (var statement = connection.createStatement()) {
                var running = CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                statement.executeQuery(longQuery()).next();
                                return false;
                            } catch (SQLException e) {
                                return true;
                            }
                        },
                        OwnThread.EACH);
                await().until(() -> pool.leases().get(0).running());
                // Some drivers drop a cancel that comes before the statement has reached the server.
                await().atMost(LONG).until(() -> {
                    statement.cancel();
                    return running.isDone();
                });
                assertThat(running.get(1, TimeUnit.SECONDS)).as("it failed").isTrue();
            }
            assertThat(column(connection, "SELECT 1")).containsExactly("1");
            assertNothingRuns();
        }
    }

    @Test
    void leaseTakenFromItsHolderEndsHisStatementAndTheConnectionServesNobodyElse() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            var connection = pool.getConnection();
            var statement = connection.createStatement();
            var running = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return String.valueOf(
                                    statement.executeQuery(longQuery()).next());
                        } catch (SQLException e) {
                            return String.valueOf(e.getMessage());
                        }
                    },
                    OwnThread.EACH);
            await().until(() -> pool.leases().get(0).running());
            var end = ((LeaseEnd.Handle) connection).leaseEnd();
            var taken = end.take(cause -> new SQLTimeoutException("mine", "57014", cause));
            assertThat(running.get(2, TimeUnit.SECONDS)).isEqualTo("mine");
            assertThatThrownBy(connection::createStatement).hasMessage("mine");
            taken.holderIsBack(true);
            connection.close();
            try (var next = pool.getConnection()) {
                assertThat(column(next, "SELECT 1")).containsExactly("1");
                assertThat(end.take(cause -> new SQLTimeoutException("late", cause)))
                        .isNull();
                assertThat(column(next, "SELECT 1")).containsExactly("1");
            }
            assertThat(pool.snapshot().counters().closed().get(EvictReason.CANCELLED))
                    .isOne();
            await().untilAsserted(this::assertNothingRuns);
        }
    }

    @Test
    void abortedConnectionLeavesAndIsReplaced() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var connection = pool.getConnection();
            run(connection, "SELECT 1");
            connection.abort(AT_ONCE);
            assertThat(connection.isClosed()).isTrue();
            try (var next = pool.getConnection()) {
                assertThat(column(next, "SELECT 1")).containsExactly("1");
            }
            assertThat(pool.snapshot().counters().closed().get(EvictReason.ABORTED))
                    .isOne();
        }
    }

    @Test
    void connectionClosedBehindThePoolsBackIsNotHandedOut() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            try (var connection = pool.getConnection()) {
                physical(connection).close();
            }
            try (var connection = pool.getConnection()) {
                assertThat(column(connection, "SELECT 1")).containsExactly("1");
            }
            assertThat(pool.snapshot().counters().opened()).isEqualTo(2);
        }
    }

    @Test
    void validatesWhatWasIdle() throws Exception {
        try (var pool = new WellheadDataSource(
                config().validateAfterIdle(Duration.ofMillis(1)).build())) {
            pool.getConnection().close();
            await().until(() -> {
                try (var connection = pool.getConnection()) {
                    assertThat(connection.isValid(1)).isTrue();
                }
                return pool.snapshot().counters().validated() > 0;
            });
            assertThat(pool.snapshot().counters().opened()).isOne();
        }
    }

    @Test
    void leaseHasTheServersNumberOfTheSession() throws SQLException {
        try (var pool = new WellheadDataSource(config().build());
                var connection = pool.getConnection()) {
            var backendId = pool.leases().get(0).backendId();
            if (sessionId().isEmpty()) {
                assertThat(backendId).isEmpty();
            } else {
                assertThat(column(connection, sessionId())).containsExactly(Long.toString(backendId.getAsLong()));
            }
        }
    }

    @Test
    void batchesGeneratedKeysAndBytes() throws SQLException {
        try (var pool = new WellheadDataSource(config().build());
                var connection = pool.getConnection()) {
            run(connection, "DROP TABLE IF EXISTS things");
            run(
                    connection,
                    "CREATE TABLE things (id " + selfNumbered() + ", word varchar(20), body " + blobType() + ")");
            var insert = "INSERT INTO things (word, body) VALUES (?, ?)";
            var bytes = new byte[100_000];
            bytes[99_999] = 42;
            try (var statement = connection.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS)) {
                statement.setString(1, "first");
                statement.setBinaryStream(2, new ByteArrayInputStream(bytes), bytes.length);
                assertThat(statement.executeUpdate()).isOne();
                try (var keys = statement.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isOne();
                }
            }
            try (var statement = connection.prepareStatement(insert)) {
                for (int i = 0; i < 3; i++) {
                    statement.setString(1, "more");
                    statement.setBytes(2, new byte[] {(byte) i});
                    statement.addBatch();
                }
                assertThat(statement.executeBatch()).hasSize(3);
            }
            assertThat(column(connection, "SELECT COUNT(*) FROM things")).containsExactly("4");
            try (var statement = connection.prepareStatement("SELECT body FROM things WHERE word = ?")) {
                statement.setString(1, "first");
                try (var rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getBytes(1)).isEqualTo(bytes);
                }
            }
        }
    }

    @Test
    void unwrapsToItselfAndToTheDriversOwn() throws SQLException {
        try (var pool = new WellheadDataSource(config().build());
                var connection = pool.getConnection();
                var statement = connection.prepareStatement("SELECT 1")) {
            assertThat(pool.isWrapperFor(DataSource.class)).isTrue();
            assertThat(pool.unwrap(WellheadDataSource.class)).isSameAs(pool);
            assertThat(pool.isWrapperFor(Connection.class)).isFalse();
            assertThatThrownBy(() -> pool.unwrap(Connection.class)).isInstanceOf(SQLException.class);
            assertThat(connection.isWrapperFor(physicalType())).isTrue();
            assertThat((Object) connection.unwrap(physicalType())).isInstanceOf(physicalType());
            assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
            assertThat(statement.isWrapperFor(PreparedStatement.class)).isTrue();
            assertThat(statement.unwrap(PreparedStatement.class)).isSameAs(statement);
            assertThat(statement.getConnection()).isSameAs(connection);
        }
    }

    @Test
    void servesOneLogin() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            assertThatThrownBy(() -> pool.getConnection("another", "password"))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("open another WellheadDataSource for another user");
        }
    }
}
