// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.MariaDbServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes by table on MariaDB, H2 and SQLite. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OutcomeElsewhereTest {

    /** As the text of a query by itself. */
    private static final byte[] COMMIT = "\3COMMIT".getBytes(StandardCharsets.US_ASCII);

    /** The answer to the INSERT of the token, in bytes; the next byte is of the answer to COMMIT. */
    private static final int ANSWER_BYTES = 11;

    private static MariaDbServer server;
    private static FaultProxy proxy;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        server = MariaDbServer.start();
        proxy = FaultProxy.to("127.0.0.1", server.port());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    @Test
    void lostAnswerOfMariaDbIsFoundToBeCommitted() throws SQLException {
        var name = server.createDatabase();
        try (var database = open(behindProxy(name), CommitOutcomeMode.AUTO, Duration.ofSeconds(20))) {
            begin(database);
            var result = database.transaction("save", tx -> {
                tx.update("insert", "INSERT INTO item VALUES (1)");
                proxy.existing().cutAfter(Direction.TO_CLIENT, ANSWER_BYTES + 1, Cut.RESET);
                return "saved";
            });
            assertThat(result).isEqualTo("saved");
            assertThat(database.counters().retries()).isZero();
            assertThat(server.execute(name, "SELECT id FROM item")).containsExactly("1");
            assertThat(server.execute(name, "SELECT outcome FROM wellhead_outcome"))
                    .containsExactly("COMMITTED");
        } finally {
            proxy.all().clear();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESET", "BLACK_HOLE"})
    void lostRequestOfMariaDbIsFoundToBeAborted(Cut cut) throws SQLException {
        var name = server.createDatabase();
        try (var database = open(behindProxy(name), CommitOutcomeMode.AUTO, Duration.ofSeconds(20))) {
            begin(database);
            proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, cut);
            assertThatThrownBy(() ->
                            database.transaction("save", tx -> tx.update("insert", "INSERT INTO item VALUES (1)")))
                    .isInstanceOfSatisfying(ConnectionLostException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
                        assertThat(e.phase()).isEqualTo(Phase.COMMIT_SENT);
                    });
            assertThat(server.execute(name, "SELECT id FROM item")).isEmpty();
            assertThat(server.execute(name, "SELECT outcome FROM wellhead_outcome"))
                    .containsExactly("ABORTED");
        } finally {
            proxy.all().clear();
        }
    }

    @Test
    void readOnlyServerOfMariaDbNeedsNoRow() throws SQLException {
        var name = server.createDatabase();
        server.execute(name, OutcomeTable.definition(Dialect.MYSQL));
        server.execute("CREATE USER IF NOT EXISTS reader");
        server.execute("GRANT ALL ON " + name + ".* TO reader");
        server.execute("SET GLOBAL read_only = 1");
        var url = server.jdbcUrl(name).replace("user=" + server.user(), "user=reader");
        try (var database = open(url, CommitOutcomeMode.TABLE, Duration.ofSeconds(2))) {
            int one = database.transaction(
                    "read", tx -> tx.query("one", "SELECT 1").one(Integer.class));
            assertThat(one).isEqualTo(1);
            assertThatThrownBy(() -> database.transaction("save", tx -> tx.update("insert", "CREATE TABLE t (id int)")))
                    .isInstanceOf(ReadOnlyDatabaseException.class);
        } finally {
            server.execute("SET GLOBAL read_only = 0");
        }
        assertThat(server.execute(name, "SELECT token FROM wellhead_outcome")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mariadb", "h2", "sqlite"})
    void whoCommitsTheRowFirstHasDecided(String kind) throws SQLException {
        var url = url(kind);
        try (var database = open(url, CommitOutcomeMode.TABLE, Duration.ofMillis(1_500))) {
            begin(database);
            try (var original = database.dataSource().openUnpooled(Duration.ofSeconds(5))) {
                var table = OutcomeTable.look(original, Dialect.of(url), ErrorJudge.forUrl(url))
                        .orElseThrow();
                original.setAutoCommit(false);
                var first = token(table);
                table.write(original, first);
                assertThat(database.commitOutcome(text(first))).isEqualTo(CommitOutcome.UNKNOWN);
                original.commit();
                assertThat(database.commitOutcome(text(first))).isEqualTo(CommitOutcome.COMMITTED);

                var second = token(table);
                assertThat(database.commitOutcome(text(second))).isEqualTo(CommitOutcome.ABORTED);
                assertThatThrownBy(() -> late(original, table, second)).isInstanceOf(SQLException.class);
                original.rollback();
                assertThat(database.commitOutcome(text(second))).isEqualTo(CommitOutcome.ABORTED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mariadb", "h2", "sqlite"})
    void rowsOfNoUseAreDeleted(String kind) throws SQLException {
        try (var database = open(url(kind), CommitOutcomeMode.TABLE, Duration.ofSeconds(2))) {
            begin(database);
            for (int i = 1; i < 260; i++) {
                database.transaction("save", tx -> tx.update("insert", "INSERT INTO item VALUES (2)"));
            }
            assertThat(database.queryOne("rows", Long.class, "SELECT count(*) FROM wellhead_outcome"))
                    .hasValue(kind.equals("mariadb") ? 3L : 4L);
            assertThat(database.queryOne("items", Long.class, "SELECT count(*) FROM item"))
                    .hasValue(259L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "sqlite"})
    void whatRunsInTheProcessHasNoTableUnlessAskedFor(String kind) throws SQLException {
        try (var database = open(url(kind), CommitOutcomeMode.AUTO, Duration.ofSeconds(2))) {
            begin(database);
            assertThat(catchThrowableOfType(
                            StatementFailedException.class,
                            () -> database.queryOne("rows", Long.class, "SELECT count(*) FROM wellhead_outcome")))
                    .isNotNull();
        }
    }

    /** Elsewhere than in PostgreSQL an error undoes its own statement alone. */
    @ParameterizedTest
    @ValueSource(strings = {"mariadb", "h2", "sqlite"})
    void commitAfterACaughtErrorKeepsTheRest(String kind) throws SQLException {
        try (var database = open(url(kind), CommitOutcomeMode.TABLE, Duration.ofSeconds(2))) {
            begin(database);
            database.transaction("save", tx -> {
                tx.update("insert", "INSERT INTO item VALUES (3)");
                assertThatThrownBy(() -> tx.update("wrong", "INSERT INTO no_such_table VALUES (3)"))
                        .isInstanceOf(DatabaseException.class);
                return tx.update("insert", "INSERT INTO item VALUES (4)");
            });
            assertThat(database.<Integer>list("items", Integer.class, "SELECT id FROM item ORDER BY id"))
                    .isEqualTo(List.of(3, 4));
        }
    }

    @Test
    void numbersAreForPostgresAlone() {
        assertThatThrownBy(() -> open("jdbc:h2:mem:numbers", CommitOutcomeMode.XID, Duration.ofSeconds(1)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "commit-outcome=xid: only PostgreSQL tells the outcome by the transaction's number;"
                                + " use auto, table or off");
    }

    private String url(String kind) throws SQLException {
        return switch (kind) {
            case "mariadb" -> server.jdbcUrl(server.createDatabase());
            case "h2" -> "jdbc:h2:" + folder.resolve("data");
            default -> "jdbc:sqlite:" + folder.resolve("data.db");
        };
    }

    private static String behindProxy(String name) {
        return "jdbc:mariadb://127.0.0.1:" + proxy.port() + "/" + name + "?user=" + server.user()
                + "&sslMode=disable&socketTimeout=2000";
    }

    private static Database open(String url, CommitOutcomeMode mode, Duration timeout) {
        var pool = Opened.pool("test", url)
                .maxSize(1)
                .connectTimeout(Duration.ofSeconds(10))
                .acquireTimeout(Duration.ofSeconds(10))
                .build();
        return Database.open(new DatabaseConfig(pool, RetryPolicy.NONE, Opened.NO_BACKGROUND, Duration.ofSeconds(5))
                .withOutcome(new OutcomePolicy(mode, timeout)));
    }

    /** Makes a table, and a first commit, so that the way is known. MariaDB's server says that there was no transaction. */
    private static void begin(Database database) {
        database.update("create", "CREATE TABLE item (id int)");
        database.transaction("first", tx -> tx.query("one", "SELECT 1").one(Integer.class));
    }

    private static OutcomeToken.InTable token(OutcomeTable table) {
        return OutcomeToken.InTable.fresh(System.currentTimeMillis(), 0, table.name());
    }

    private static String text(OutcomeToken token) {
        return token.text("test").orElseThrow();
    }

    private static void late(Connection original, OutcomeTable table, OutcomeToken.InTable token) throws SQLException {
        table.write(original, token);
        original.commit();
    }
}
