// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** What a holder leaves behind is undone at release, on the real server. */
class SessionStateTest {

    private static TestDatabase database;

    private Connection physical;

    @BeforeAll
    static void createDatabase() throws SQLException {
        database = PostgresServer.shared().createDatabase();
        database.execute("CREATE TABLE t (id int); CREATE SCHEMA tenant; CREATE SCHEMA extra");
    }

    @AfterAll
    static void dropDatabase() throws SQLException {
        database.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        database.execute("TRUNCATE t");
        var properties = new Properties();
        properties.setProperty("options", "-c search_path=public,extra");
        properties.setProperty("ApplicationName", "before");
        physical = DriverManager.getConnection(database.jdbcUrl(), properties);
    }

    @AfterEach
    void disconnect() throws SQLException {
        physical.close();
    }

    static Stream<Named<DriverSupport>> supports() {
        return Stream.of(
                Named.of("the driver knows its transaction state", Entries.POSTGRES),
                Named.of("nothing but JDBC is known", Entries.PLAIN));
    }

    private PoolEntry entry(DriverSupport driver) throws SQLException {
        return entry(driver, Entries.config());
    }

    private PoolEntry entry(DriverSupport driver, PoolConfig.Builder config) throws SQLException {
        return Entries.entry(physical, driver, config.build());
    }

    private String show(String setting) throws SQLException {
        try (var statement = physical.createStatement();
                var rows = statement.executeQuery("SHOW " + setting)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> rows() throws SQLException {
        return database.execute("SELECT id FROM t ORDER BY id");
    }

    @ParameterizedTest
    @MethodSource("supports")
    void reservedEndIsRefusedUntilItIsFreeAndForgottenAtRelease(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (1)");
        handle.reserve("the test");
        for (ThrowingCallable end :
                List.<ThrowingCallable>of(handle::commit, handle::rollback, () -> handle.setAutoCommit(true))) {
            assertThatThrownBy(end)
                    .isInstanceOf(SQLNonTransientException.class)
                    .hasMessageContaining("the test ends this transaction itself")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("2D000");
        }
        handle.rollback(handle.setSavepoint());
        handle.free();
        handle.commit();
        assertThat(rows()).containsExactly("1");
        handle.reserve("the test");
        entry.session().restore(entry.lease());
        handle.setAutoCommit(false);
        handle.commit();
    }

    @ParameterizedTest
    @MethodSource("supports")
    void rollsBackAnOpenTransaction(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (1)");
        handle.commit();
        execute(handle, "INSERT INTO t VALUES (2)");

        assertThat(entry.session().restore(entry.lease())).isTrue();

        assertThat(physical.getAutoCommit()).isTrue();
        assertThat(rows()).containsExactly("1");
    }

    @ParameterizedTest
    @MethodSource("supports")
    void rollsBackAFailedTransaction(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        assertThatThrownBy(() -> execute(handle, "SELECT 1/0")).isInstanceOf(SQLException.class);

        assertThat(entry.session().restore(entry.lease())).isTrue();

        execute(physical, "INSERT INTO t VALUES (3)");
        assertThat(rows()).containsExactly("3");
    }

    @ParameterizedTest
    @MethodSource("supports")
    void countsNoRollbackWhereWorkWasFinished(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        execute(handle, "INSERT INTO t VALUES (1)");
        handle.setAutoCommit(false);
        assertThat(entry.session().restore(entry.lease())).isFalse();

        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (2)");
        handle.setAutoCommit(true);
        assertThat(entry.session().restore(entry.lease())).isFalse();

        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (3)");
        handle.rollback();
        assertThat(entry.session().restore(entry.lease())).isFalse();

        assertThat(rows()).containsExactly("1", "2");
    }

    @ParameterizedTest
    @MethodSource("supports")
    void rollbackToASavepointEndsNoTransaction(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (1)");
        var savepoint = handle.setSavepoint();
        handle.rollback(savepoint);

        assertThat(entry.session().restore(entry.lease())).isTrue();
        assertThat(rows()).isEmpty();
    }

    @Test
    void rollsBackATransactionBegunBySql() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        execute(handle, "BEGIN");
        execute(handle, "INSERT INTO t VALUES (1)");

        assertThat(entry.session().restore(entry.lease())).isTrue();

        assertThat(physical.getAutoCommit()).isTrue();
        assertThat(rows()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("supports")
    void rollsBackWhatWasDoneOnThePhysicalConnection(DriverSupport driver) throws SQLException {
        var entry = entry(driver);
        var handle = entry.handOut();
        var unwrapped = (Connection) handle.unwrap(PGConnection.class);
        assertThat(unwrapped).isSameAs(physical);
        unwrapped.setAutoCommit(false);
        execute(unwrapped, "INSERT INTO t VALUES (1)");

        assertThat(entry.session().restore(entry.lease())).isTrue();

        assertThat(physical.getAutoCommit()).isTrue();
        assertThat(rows()).isEmpty();
    }

    @Test
    void putsChangedSettingsBack() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        handle.setReadOnly(true);
        handle.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        handle.setSchema("tenant");
        handle.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
        handle.setNetworkTimeout(Runnable::run, 54_321);
        handle.setTypeMap(new HashMap<>(java.util.Map.of("here", String.class)));
        handle.setClientInfo("ApplicationName", "changed");
        handle.setAutoCommit(false);
        execute(handle, "SELECT 1");
        assertThat(show("search_path")).isEqualTo("tenant");
        assertThat(show("application_name")).isEqualTo("changed");

        entry.session().restore(entry.lease());

        assertThat(physical.getAutoCommit()).isTrue();
        assertThat(physical.isReadOnly()).isFalse();
        assertThat(physical.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        assertThat(physical.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        assertThat(physical.getNetworkTimeout()).isZero();
        assertThat(physical.getTypeMap()).isEmpty();
        assertThat(show("transaction_read_only")).isEqualTo("off");
        assertThat(show("transaction_isolation")).isEqualTo("read committed");
        assertThat(show("search_path")).isEqualTo("public,extra");
        assertThat(show("application_name")).isEqualTo("before");
        assertThat((Object) physical.getWarnings()).isNull();
    }

    @Test
    void putsClientInfoBackThatWasReplacedAsAWhole() throws SQLException {
        var entry = entry(Entries.PLAIN);
        var handle = entry.handOut();
        var changed = new Properties();
        changed.setProperty("ApplicationName", "whole");
        handle.setClientInfo(changed);
        assertThat(show("application_name")).isEqualTo("whole");

        entry.session().restore(entry.lease());

        assertThat(show("application_name")).isEqualTo("before");
    }

    @Test
    void eachLeaseStartsAsConfigured() throws SQLException {
        var entry = entry(
                Entries.POSTGRES,
                Entries.config()
                        .autoCommit(false)
                        .readOnly(true)
                        .isolation(Isolation.REPEATABLE_READ)
                        .schema("tenant"));
        for (var lease = 0; lease < 2; lease++) {
            var handle = entry.handOut();
            assertThat(handle.getAutoCommit()).isFalse();
            assertThat(handle.isReadOnly()).isTrue();
            assertThat(handle.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(handle.getSchema()).isEqualTo("tenant");
            handle.rollback();

            handle.setAutoCommit(true);
            handle.setReadOnly(false);
            handle.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            handle.setSchema("extra");
            handle.setAutoCommit(false);
            execute(handle, "INSERT INTO public.t VALUES (1)");
            assertThat(entry.session().restore(entry.lease())).isTrue();
            // Nothing that was put back may hang on a transaction.
            physical.rollback();
        }
        assertThat(rows()).isEmpty();
    }

    @Test
    void closesStatementsLeftOpen() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        var left = new java.util.ArrayList<java.sql.Statement>();
        for (var i = 0; i < 100; i++) {
            left.add(((StatementHandle) handle.prepareStatement("SELECT " + i)).physical());
            handle.createStatement().close();
        }
        assertThat(left).noneMatch(SessionStateTest::isClosed);

        entry.session().restore(entry.lease());

        assertThat(left).allMatch(SessionStateTest::isClosed);
    }

    private static boolean isClosed(java.sql.Statement statement) {
        try {
            return statement.isClosed();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void limitsStatementsWhereTheServerDoesNot() throws SQLException {
        var config = Entries.config().statementTimeout(Duration.ofMillis(1_001));
        var handle = entry(Entries.PLAIN, config).handOut();
        try (var limited = handle.createStatement();
                var own = handle.prepareStatement("SELECT 1")) {
            assertThat(limited.getQueryTimeout()).isEqualTo(2);
            own.setQueryTimeout(7);
            assertThat(own.getQueryTimeout()).isEqualTo(7);
            limited.setQueryTimeout(1);
            assertThatThrownBy(() -> limited.execute("SELECT pg_sleep(20)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        }
        DriverSupport onServer = new DriverSupport() {
            @Override
            public boolean accepts(String jdbcUrl) {
                return true;
            }

            @Override
            public boolean limitsStatementsOnServer(Connection physical, ConnectSettings settings) {
                return settings.statementTimeoutMillis() == 1_001;
            }
        };
        try (var unlimited = entry(onServer, config).handOut().createStatement()) {
            assertThat(unlimited.getQueryTimeout()).isZero();
        }
    }

    @Test
    void refusesToGoOnWithALostConnection() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        execute(handle, "INSERT INTO t VALUES (1)");
        var pid = physical.unwrap(PGConnection.class).getBackendPID();
        database.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");

        assertThatThrownBy(() -> entry.session().restore(entry.lease())).isInstanceOf(SQLException.class);
        assertThat(rows()).isEmpty();
    }

    @Test
    void givesCursorsAndGeneratedKeysAndMetadataOutAsHandles() throws SQLException {
        var handle = entry(Entries.POSTGRES).handOut();
        handle.setAutoCommit(false);
        execute(
                handle,
                "CREATE FUNCTION cursor() RETURNS refcursor LANGUAGE plpgsql AS"
                        + " $$ DECLARE c refcursor; BEGIN OPEN c FOR SELECT 42; RETURN c; END $$");
        try (var call = handle.prepareCall("{? = call cursor()}")) {
            call.registerOutParameter(1, java.sql.Types.REF_CURSOR);
            call.execute();
            try (var rows = (ResultSet) call.getObject(1)) {
                assertThat(rows).isInstanceOf(ResultSetHandle.class);
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(42);
                assertThat(rows.getStatement()).isSameAs(call);
            }
        }
        try (var insert =
                handle.prepareStatement("INSERT INTO t VALUES (5)", java.sql.Statement.RETURN_GENERATED_KEYS)) {
            insert.executeUpdate();
            try (var keys = insert.getGeneratedKeys()) {
                assertThat(keys).isInstanceOf(ResultSetHandle.class);
                assertThat(keys.getStatement()).isSameAs(insert);
                assertThat(insert.getConnection()).isSameAs(handle);
            }
        }
        try (var tables = handle.getMetaData().getTables(null, "public", "t", null)) {
            assertThat(tables.next()).isTrue();
            assertThat(tables.getString("TABLE_NAME")).isEqualTo("t");
            assertThat(handle.getMetaData().getConnection()).isSameAs(handle);
            assertThat(tables.getStatement()).isInstanceOf(StatementHandle.class);
            assertThat(tables.getStatement().getConnection()).isSameAs(handle);
        }
    }

    @Test
    void theSameResultIsTheSameHandle() throws SQLException {
        var handle = entry(Entries.POSTGRES).handOut();
        try (var statement = handle.createStatement()) {
            assertThat(statement.execute("SELECT 1")).isTrue();
            var rows = statement.getResultSet();
            assertThat(statement.getResultSet()).isSameAs(rows);
            assertThat(statement.executeUpdate("INSERT INTO t VALUES (1)")).isEqualTo(1);
            assertThat(statement.getResultSet()).isNull();
            assertThat(rows.isClosed()).isTrue();
        }
    }

    @Test
    void aResultThatIsClosedIsClosedForWhoeverAskedForItAgain() throws SQLException {
        var handle = entry(Entries.POSTGRES).handOut();
        try (var statement = handle.createStatement()) {
            var rows = statement.executeQuery("SELECT 1");
            var again = statement.getResultSet();
            assertThat(again.next()).isTrue();
            rows.close();
            assertThat(again.isClosed()).isTrue();
        }
    }

    @Test
    void aStatementThatClosesOnCompletionIsForgotten() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        var statement = handle.createStatement();
        statement.closeOnCompletion();
        statement.executeQuery("SELECT 1").close();

        assertThat(statement.isClosed()).isTrue();
        assertThatThrownBy(() -> statement.execute("SELECT 1"))
                .hasMessage("statement handle is closed: its connection is open; ask it for a new one");
    }

    @Test
    void tellsTheEntryWhatRuns() throws SQLException {
        var entry = entry(Entries.POSTGRES);
        var handle = entry.handOut();
        entry.beginLease(Thread.currentThread(), "test", 0);
        execute(handle, "SELECT 1");
        assertThat(Entries.sql(entry)).isEqualTo("SELECT 1");
        try (var prepared = handle.prepareStatement("SELECT ?")) {
            prepared.setString(1, "secret");
            prepared.execute();
            assertThat(Entries.sql(entry)).isEqualTo("SELECT ?");
            assertThat(prepared.toString()).endsWith("(SELECT ?)");
        }
        try (var batch = handle.createStatement()) {
            batch.addBatch("INSERT INTO t VALUES (1)");
            batch.addBatch("INSERT INTO t VALUES (2)");
            batch.executeBatch();
            assertThat(Entries.sql(entry)).isEqualTo("INSERT INTO t VALUES (2)");
        }
    }
}
