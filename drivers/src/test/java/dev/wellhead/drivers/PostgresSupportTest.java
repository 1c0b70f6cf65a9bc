// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import dev.wellhead.pool.spi.DriverSupport.ServerSession;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import dev.wellhead.testkit.PostgresServer;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresSupportTest {

    private static final ConnectSettings PLAIN = new ConnectSettings(1_500, 0, "", false);

    private final PostgresSupport support = new PostgresSupport();

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(DriverSupport.class)).hasAtLeastOneElementOfType(PostgresSupport.class);
    }

    @Test
    void acceptsPostgresqlUrlsAlone() {
        assertThat(support.accepts("jdbc:postgresql://h/d")).isTrue();
        assertThat(support.accepts("jdbc:mysql://h/d")).isFalse();
    }

    @Test
    void roundsSecondsUp() {
        assertThat(support.connectProperties(PLAIN, Map.of()))
                .containsEntry("socketTimeout", "2")
                .doesNotContainKeys("options", "loginTimeout");
        assertThat(support.defaults("jdbc:postgresql://h/d", PLAIN, Map.of()))
                .containsEntry("connectTimeout", "2")
                .containsEntry("sslResponseTimeout", "1500")
                .containsEntry("tcpKeepAlive", "true")
                .containsEntry("reWriteBatchedInserts", "true")
                .doesNotContainKeys("ApplicationName");
    }

    @Test
    void leavesWhatTheUserSet() {
        var given = Map.of("connectTimeout", "7", "tcpKeepAlive", "false", "ApplicationName", "mine");
        var named = new ConnectSettings(1_500, 0, "pool's", false);
        assertThat(support.defaults("jdbc:postgresql://h/d", named, given))
                .doesNotContainKeys("connectTimeout", "tcpKeepAlive", "ApplicationName")
                .containsKey("reWriteBatchedInserts");
        assertThat(support.defaults("jdbc:postgresql://h/d?ssl=true&tcpKeepAlive=false", PLAIN, Map.of()))
                .doesNotContainKey("tcpKeepAlive")
                .containsKey("connectTimeout");
    }

    @Test
    void sendsBatchOfInsertsAsFewStatementsUnlessTheUserSaysOtherwise() throws SQLException {
        try (var connection = connect(url(""), PLAIN, Map.of())) {
            assertThat(batchOfFour(connection)).containsOnly(Statement.SUCCESS_NO_INFO);
        }
        try (var connection = connect(url(""), PLAIN, Map.of("reWriteBatchedInserts", "false"))) {
            assertThat(batchOfFour(connection)).containsExactly(1, 1, 1, 1);
        }
        try (var connection = connect(url("&reWriteBatchedInserts=false"), PLAIN, Map.of())) {
            assertThat(batchOfFour(connection)).containsExactly(1, 1, 1, 1);
        }
    }

    private static int[] batchOfFour(Connection connection) throws SQLException {
        try (var create = connection.createStatement()) {
            create.execute("CREATE TEMP TABLE item (id int)");
        }
        try (var insert = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
            for (int i = 0; i < 4; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            return insert.executeBatch();
        }
    }

    @Test
    void keepsValuesOutOfErrorTextsUnlessTheUserSaysOtherwise() throws SQLException {
        assertThat(failedBatch(Map.of())).contains("duplicate key").doesNotContain("4711");
        assertThat(failedBatch(Map.of("logServerErrorDetail", "true"))).contains("4711");
    }

    private String failedBatch(Map<String, String> given) throws SQLException {
        try (var connection = connect(url(""), PLAIN, given);
                var create = connection.createStatement()) {
            create.execute("CREATE TEMP TABLE item (id int PRIMARY KEY)");
            try (var insert = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
                for (int i = 0; i < 2; i++) {
                    insert.setInt(1, 4711);
                    insert.addBatch();
                }
                return catchThrowableOfType(SQLException.class, insert::executeBatch)
                        .getMessage();
            }
        }
    }

    @Test
    void takesJavasTrustStoreForTheWordSystem() {
        assertThat(support.connectProperties(PLAIN, Map.of("sslrootcert", "system")))
                .containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        assertThat(support.connectProperties(PLAIN, Map.of("sslrootcert", "/ca.pem")))
                .doesNotContainKey("sslfactory");
    }

    @Test
    void putsTheUsersOptionsLastSoThatTheyWin() {
        var settings = new ConnectSettings(1_500, 30_000, "", false);
        assertThat(support.connectProperties(settings, Map.of("options", "-c work_mem=8MB")))
                .containsEntry("options", "-c statement_timeout=30000 -c work_mem=8MB");
    }

    @Test
    void namesNoStatementBehindPoolerUnlessTheUserSaysOtherwise() throws SQLException {
        var pooled = new ConnectSettings(1_500, 0, "", true);
        assertThat(namedStatements(pooled, Map.of())).isZero();
        assertThat(namedStatements(pooled, Map.of("prepareThreshold", "2"))).isPositive();
        assertThat(namedStatements(PLAIN, Map.of())).isPositive();
    }

    /** How many the server keeps by a name after a statement and its commits ran often. */
    private int namedStatements(ConnectSettings settings, Map<String, String> given) throws SQLException {
        try (var connection = connect(url(""), settings, given)) {
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement("SELECT 1")) {
                for (int i = 0; i < 10; i++) {
                    statement.execute();
                    connection.commit();
                }
            }
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM pg_prepared_statements")) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    @Test
    void sendsNoOptionsThroughPooler() {
        var settings = new ConnectSettings(1_500, 30_000, "", true);
        assertThat(support.connectProperties(settings, Map.of())).doesNotContainKey("options");
        assertThat(support.defaults("jdbc:postgresql://h/d", settings, Map.of()))
                .doesNotContainKey("options");
    }

    @Test
    void limitsStatementsAndNamesApplicationOnServer() throws SQLException {
        var settings = new ConnectSettings(5_000, 1_234, "wellhead test", false);
        try (var connection = connect(url(""), settings, Map.of("options", "-c work_mem=8MB"))) {
            assertThat(show(connection, "statement_timeout")).isEqualTo("1234ms");
            assertThat(show(connection, "work_mem")).isEqualTo("8MB");
            assertThat(show(connection, "application_name")).isEqualTo("wellhead test");
        }
    }

    @Test
    void limitsStatementsThoughOptionsInUrlHideTheProperty() throws SQLException {
        var settings = new ConnectSettings(5_000, 1_234, "", false);
        try (var connection = connect(url("&options=-c%20work_mem=8MB"), settings, Map.of())) {
            assertThat(show(connection, "statement_timeout")).isEqualTo("1234ms");
            assertThat(show(connection, "work_mem")).isEqualTo("8MB");
        }
        try (var connection = connect(url("&options=-c%20statement_timeout=77"), settings, Map.of())) {
            assertThat(show(connection, "statement_timeout")).isEqualTo("77ms");
        }
    }

    @Test
    void tellsTheDriverThePasswordOfTheKeyApartFromTheUrlWhichItLogs() throws SQLException {
        for (var more : List.of(
                "&sslpassword=c4n4ry%20x&ApplicationName=kept", "&ApplicationName=kept&sslpassword=c4n4ry%20x")) {
            var link = support.connect(DriverManager.getDriver(url(more)), url(more), new Properties());
            try (var connection = Objects.requireNonNull(link).physical()) {
                assertThat(connection.getMetaData().getURL())
                        .doesNotContain("c4n4ry")
                        .contains("ApplicationName=kept");
                assertThat(show(connection, "application_name")).isEqualTo("kept");
            }
        }
    }

    @Test
    void putsTheUsersSocketTimeoutBackAfterLogin() throws SQLException {
        try (var connection = connect(url(""), PLAIN, Map.of())) {
            assertThat(connection.getNetworkTimeout()).isZero();
        }
        try (var connection = connect(url(""), PLAIN, Map.of("socketTimeout", "45"))) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(45_000);
        }
        try (var connection = connect(url("&socketTimeout=33"), PLAIN, Map.of("socketTimeout", "45"))) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(33_000);
        }
    }

    @Test
    void knowsTransactionStateWithoutAskingTheServer() throws SQLException {
        try (var connection = connect(url(""), PLAIN, Map.of())) {
            assertThat(support.transactionState(connection)).isEqualTo(TransactionState.NONE);
            connection.setAutoCommit(false);
            assertThat(support.transactionState(connection)).isEqualTo(TransactionState.NONE);
            show(connection, "work_mem");
            assertThat(support.transactionState(connection)).isEqualTo(TransactionState.OPEN);
            assertThatThrownBy(() -> show(connection, "no_such_setting")).isInstanceOf(SQLException.class);
            assertThat(support.transactionState(connection)).isEqualTo(TransactionState.FAILED);
            connection.rollback();
            assertThat(support.transactionState(connection)).isEqualTo(TransactionState.NONE);
        }
    }

    @Test
    void poolGivesTheNextHolderTheWholeSearchPathBack() throws SQLException {
        var config = PoolConfig.builder()
                .jdbcUrl(PostgresServer.shared().jdbcUrl())
                .maxSize(1)
                .minIdle(0)
                .driverProperty("options", "-c search_path=public,extra")
                .build();
        try (var pool = new WellheadDataSource(config)) {
            try (var connection = pool.getConnection()) {
                connection.setSchema("elsewhere");
                assertThat(show(connection, "search_path")).isEqualTo("elsewhere");
            }
            try (var connection = pool.getConnection()) {
                assertThat(show(connection, "search_path")).isEqualTo("public,extra");
            }
            assertThat(pool.snapshot().counters().opened()).isEqualTo(1);
        }
    }

    @Test
    void tellsBackendPid() throws SQLException {
        try (var connection = connect(url(""), PLAIN, Map.of());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            assertThat(support.backendId(connection)).hasValue(rows.getLong(1));
        }
    }

    @Test
    void endsTheSessionThatIsMeantAndNoOther() throws SQLException {
        try (var one = connect(url(""), PLAIN, Map.of());
                var control = connect(url(""), PLAIN, Map.of())) {
            assertThat(show(one, "client_connection_check_interval")).isEqualTo("0");
            var session = support.session(one, PLAIN).orElseThrow();
            assertThat(session.number()).isEqualTo(support.backendId(one).getAsLong());
            assertThat(show(one, "client_connection_check_interval")).isEqualTo("2s");
            var namesake = new ServerSession(session.number(), session.since() - 1);
            support.cancel(control, List.of(namesake, session));
            assertThat(support.end(control, List.of(namesake))).isEmpty();
            assertThat(show(one, "work_mem")).isNotEmpty();
            assertThat(support.end(control, List.of(namesake, session))).containsExactly(session);
            await().until(() -> support.end(control, List.of(session)).isEmpty());
            assertThatThrownBy(() -> show(one, "work_mem")).isInstanceOf(SQLException.class);
            assertThat(support.session(control, new ConnectSettings(1_000, 0, "", true)))
                    .isEmpty();
        }
    }

    @Test
    void serverEndsWhoDoesNothingInsideATransaction() throws SQLException {
        var config = PoolConfig.builder()
                .name("idle")
                .jdbcUrl(url(""))
                .idleInTransactionTimeout(Duration.ofMillis(300))
                .build();
        try (var pool = new WellheadDataSource(config);
                var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(show(connection, "idle_in_transaction_session_timeout")).isEqualTo("300ms");
            var pid = pool.leases().get(0).backendId().getAsLong();
            await().until(() -> PostgresServer.shared()
                    .execute("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid)
                    .equals(List.of("0")));
            assertThatThrownBy(() -> show(connection, "work_mem"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(support.isFatal(e)).isTrue());
        }
    }

    /** pgjdbc tries a second time without TLS, so twice the limit; without a read limit it would wait for ever. */
    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS)
    void loginToFrozenServerEnds() {
        try (var server = PostgresServer.start()) {
            server.freeze();
            var settings = new ConnectSettings(1_000, 0, "", false);
            assertThatThrownBy(
                            () -> connect(server.jdbcUrl(), settings, Map.of()).close())
                    .isInstanceOf(SQLException.class)
                    .hasRootCauseInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void errorOfTerminatedSessionIsFatalAndThatOfStatementIsNot() throws SQLException {
        var server = PostgresServer.shared();
        try (var connection = connect(url(""), PLAIN, Map.of())) {
            assertThatThrownBy(() -> show(connection, "no_such_setting"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(support.isFatal(e)).isFalse());
            server.execute("SELECT pg_terminate_backend("
                    + support.backendId(connection).getAsLong() + ", 5000)");
            assertThatThrownBy(() -> show(connection, "work_mem"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(support.isFatal(e)).isTrue());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "08006, true", "08003, true", "57P01, true", "57P02, true", "57P03, true", "57P04, true", "57P05, true",
        "25P03, true", "25P04, true", "57014, false", "40001, false", "23505, false", "25P02, false", ", false"
    })
    void judgesFatalBySqlState(String sqlState, boolean fatal) {
        assertThat(support.isFatal(new SQLException("x", sqlState))).isEqualTo(fatal);
    }

    private static String url(String parameters) {
        return PostgresServer.shared().jdbcUrl() + parameters;
    }

    private Connection connect(String url, ConnectSettings settings, Map<String, String> given) throws SQLException {
        Map<String, String> all = new HashMap<>(support.defaults(url, settings, given));
        all.putAll(given);
        all.putAll(support.connectProperties(settings, given));
        var properties = new Properties();
        properties.putAll(all);
        var connection = DriverManager.getConnection(url, properties);
        support.opened(connection, settings, given);
        return connection;
    }

    private static String show(Connection connection, String setting) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW " + setting)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
