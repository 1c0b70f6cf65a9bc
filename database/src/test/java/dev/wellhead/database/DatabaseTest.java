// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private Database database;

    @BeforeEach
    void open() throws SQLException {
        database = Opened.database(PostgresServer.shared().createDatabase().jdbcUrl(), UnaryOperator.identity());
        database.update("create", "CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void queriesAndUpdates() {
        assertThat(database.update("insert", "INSERT INTO item VALUES (?, ?), (?, ?)", 1, "one", 2, null))
                .isEqualTo(2);
        assertThat(names()).containsExactly("one", null);
        int renamed = database.update("rename", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE item SET name = 'x'");
            }
        });
        assertThat(renamed).isEqualTo(2);
        assertThat(names()).containsExactly("x", "x");
    }

    @Test
    void transactionWhoseWorkClosedTheConnectionIsNotInDoubt() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    insert(connection, 1);
                    connection.close();
                    return null;
                }))
                .isInstanceOfSatisfying(DatabaseException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.NEVER);
                    assertThat(e.meaning()).isEqualTo(Meaning.OTHER);
                    assertThat(e.code()).isEqualTo(ErrorCode.E2013);
                });
        assertThat(count()).isZero();
        assertThat(database.counters().failed()).isEqualTo(1);
    }

    @Test
    void committedTransactionStays() {
        String result = database.transaction("save", tx -> {
            var connection = tx.connection();
            insert(connection, 1);
            insert(connection, 2);
            return "saved";
        });
        assertThat(result).isEqualTo("saved");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void transactionIsRolledBackOnAnyThrowable() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    insert(connection, 1);
                    insert(connection, 1);
                    return null;
                }))
                .isInstanceOfSatisfying(StatementFailedException.class, e -> {
                    assertThat(e.sqlState()).isEqualTo("23505");
                    assertThat(e.meaning()).isEqualTo(Meaning.CONSTRAINT);
                    assertThat(e.kind()).isEqualTo(ErrorKind.NEVER);
                    assertThat(e.phase()).isEqualTo(Phase.IN_TRANSACTION);
                    assertThat(e.retryable()).isFalse();
                    assertThat(e.attempts()).isEqualTo(1);
                });
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    insert(connection, 2);
                    throw new AssertionError("mine");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("mine");
        assertThat(count()).isZero();
        assertThat(database.snapshot().counters().rolledBack()).isZero();
    }

    @Test
    void rollbackIsLogged() {
        try (var log = new LogCapture()) {
            assertThatThrownBy(() -> database.transaction("save", tx -> {
                        var connection = tx.connection();
                        insert(connection, 1);
                        insert(connection, 1);
                        return null;
                    }))
                    .isInstanceOf(StatementFailedException.class);
            assertThat(log.lines())
                    .contains("WARN transaction rolled back pool=test operation=save complete=true cause=PSQLException"
                            + " sqlState=23505");
        }
    }

    @Test
    void commitOfFailedTransactionIsRefused() {
        var error = catchThrowableOfType(
                CommitRefusedException.class,
                () -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    insert(connection, 1);
                    try {
                        insert(connection, 1);
                    } catch (SQLException swallowed) {
                        return "looks good";
                    }
                    return "no conflict";
                }));
        assertThat(error.code()).isEqualTo(ErrorCode.E2013);
        assertThat(error).hasMessageContaining("use a savepoint");
        assertThat(count()).isZero();
    }

    @Test
    void savepointSavesTheRest() throws SQLException {
        database.transaction("save", tx -> {
            var connection = tx.connection();
            insert(connection, 1);
            var savepoint = connection.setSavepoint();
            try {
                insert(connection, 1);
            } catch (SQLException duplicate) {
                connection.rollback(savepoint);
            }
            return null;
        });
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void constraintCheckedAtCommitRollsBackForCertain() {
        database.update("alter", "ALTER TABLE item ADD parent int REFERENCES item DEFERRABLE INITIALLY DEFERRED");
        var error = catchThrowableOfType(
                StatementFailedException.class,
                () -> database.transaction("save", tx -> {
                    var connection = tx.connection();
                    try (var statement = connection.createStatement()) {
                        return statement.executeUpdate("INSERT INTO item VALUES (1, 'x', 99)");
                    }
                }));
        assertThat(error.phase()).isEqualTo(Phase.COMMIT_SENT);
        assertThat(error.sqlState()).isEqualTo("23503");
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(count()).isZero();
    }

    @Test
    void anyCallCanBeAskedHowItEnded() {
        assertThat(Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class))
                        .orElseThrow())
                .isEqualTo(1);
        var bad = Attempt.of(() -> database.update("bad", "SELEC"));
        assertThat(bad.isSuccess()).isFalse();
        assertThatThrownBy(bad::orElseThrow).isInstanceOf(StatementFailedException.class);
        assertThatThrownBy(() -> Attempt.of(() -> database.update("none", "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void attemptAnswersAsApi() {
        var good = database.attempt("one", connection -> first(connection, "SELECT 1"));
        assertThat(good.toApiResponse()).containsExactly(Map.entry("success", true), Map.entry("data", 1));
        var bad = database.attempt("bad", connection -> first(connection, "SELECT secret_column FROM item"));
        assertThat(bad.toApiResponse())
                .containsExactly(
                        Map.entry("success", false),
                        Map.entry(
                                "error",
                                Map.of(
                                        "code",
                                        "E2007",
                                        "message",
                                        "The request could not be processed",
                                        "retryable",
                                        false)));
        assertThat(((Map<?, ?>) bad.toApiResponse().get("error"))
                        .keySet().stream().map(Object::toString))
                .containsExactly("code", "message", "retryable");
        assertThat(database.attempt("nothing", connection -> null).toApiResponse())
                .containsEntry("data", null)
                .hasSize(2);
        assertThatThrownBy(bad::orElseThrow)
                .isInstanceOf(StatementFailedException.class)
                .hasMessageNotContaining("secret_column");
    }

    @Test
    void exhaustedPoolIsE2001AndMayBeTriedLater() throws Exception {
        try (var small = Opened.database(
                database.config().pool().jdbcUrl() + "?user=postgres",
                pool -> pool.maxSize(1).acquireTimeout(Duration.ofMillis(200)))) {
            small.query("holder", held -> {
                var refused = small.attempt("second", connection -> 1);
                assertThat(refused.toApiResponse())
                        .isEqualTo(Map.of(
                                "success",
                                false,
                                "error",
                                Map.of("code", "E2001", "message", ErrorCode.E2001.safeMessage(), "retryable", true)));
                var error = ((Attempt.Failure<?>) refused).error();
                assertThat(error.attempts()).isEqualTo(1);
                assertThat(error.snapshot())
                        .hasValueSatisfying(s -> assertThat(s.active()).isEqualTo(1));
                return null;
            });
        }
    }

    @Test
    void statementOverItsLimitIsE2002() {
        try (var limited = Opened.database(
                database.config().pool().jdbcUrl() + "?user=postgres",
                pool -> pool.statementTimeout(Duration.ofMillis(100)))) {
            assertThatThrownBy(
                            () -> limited.query("slow", connection -> first(connection, "SELECT 1 FROM pg_sleep(20)")))
                    .isInstanceOfSatisfying(QueryTimeoutException.class, e -> {
                        assertThat(e.sqlState()).isEqualTo("57014");
                        assertThat(e.kind()).isEqualTo(ErrorKind.NEVER);
                    });
        }
    }

    @Test
    void slowWorkIsLogged() {
        var config = database.config();
        var eager = new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofMillis(50));
        try (var log = new LogCapture();
                var slow = Database.open(eager)) {
            slow.query("quick", connection -> first(connection, "SELECT 1"));
            slow.query("search pitches", connection -> first(connection, "SELECT 1 FROM pg_sleep(0.2)"));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("slow query"))
                    .singleElement()
                    .asString()
                    .matches("WARN slow query pool=test operation=\"search pitches\" elapsedMs=\\d+ thresholdMs=50");
        }
    }

    @Test
    void countersAddUp() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var running = new Thread(() -> database.query("running", connection -> {
            inside.countDown();
            awaitUninterruptibly(go);
            return null;
        }));
        running.start();
        inside.await();
        database.attempt("bad", connection -> first(connection, "SELEC"));
        var counters = database.counters();
        assertThat(counters.calls()).isEqualTo(3);
        assertThat(counters.succeeded()).isEqualTo(1);
        assertThat(counters.failed()).isEqualTo(1);
        assertThat(counters.failuresByKind()).hasSize(Meaning.values().length).containsEntry(Meaning.SYNTAX, 1L);
        assertThat(counters.meanLatency()).isPositive();
        go.countDown();
        running.join();
        assertThat(database.counters().succeeded()).isEqualTo(2);
    }

    @Test
    void releasesWhatItAcquired() {
        IntStream.range(0, 20).forEach(i -> database.attempt("bad", connection -> first(connection, "SELEC")));
        IntStream.range(0, 20).forEach(i -> count());
        assertThat(database.leases()).isEmpty();
        assertThat(database.snapshot().active()).isZero();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void insert(Connection connection, int id) throws SQLException {
        try (var statement = connection.prepareStatement("INSERT INTO item VALUES (?, 'x')")) {
            statement.setInt(1, id);
            statement.executeUpdate();
        }
    }

    private int count() {
        return database.query("count", connection -> first(connection, "SELECT count(*)::int FROM item"));
    }

    private List<String> names() {
        return database.query("names", connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT name FROM item ORDER BY id")) {
                List<String> names = new ArrayList<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                return names;
            }
        });
    }

    private static int first(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
