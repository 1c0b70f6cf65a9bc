// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.Lane;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionTest {

    private static final TransactionOptions JOIN = TransactionOptions.DEFAULT.withPropagation(Propagation.JOIN);
    private static final TransactionOptions NEW = TransactionOptions.DEFAULT.withPropagation(Propagation.NEW);
    private static final String INSERT = "INSERT INTO item VALUES (?)";

    private static TestDatabase real;

    private Database database;
    private final List<String> events = new ArrayList<>();

    @BeforeAll
    static void create() throws SQLException {
        real = PostgresServer.shared().createDatabase();
    }

    @AfterAll
    static void drop() throws SQLException {
        real.close();
    }

    @BeforeEach
    void open() {
        database = Opened.database(real.jdbcUrl(), UnaryOperator.identity());
        database.update("create", "DROP TABLE IF EXISTS item; CREATE TABLE item (id int PRIMARY KEY)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void statementsOfOneTransactionAreCommittedTogether() {
        long seen = database.transaction("save", tx -> {
            tx.update("first", INSERT, 1);
            tx.update("second", INSERT, 2);
            assertThat(database.leases())
                    .singleElement()
                    .satisfies(lease -> assertThat(lease.operation()).isEqualTo("save"));
            return tx.query("count", "SELECT count(*) FROM item").one(Long.class);
        });
        assertThat(seen).isEqualTo(2);
        assertThat(count()).isEqualTo(2);
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void callsOnTheDatabaseInsideOfItsTransactionAreRefused() {
        database.transaction("save order", tx -> {
            assertRefused("load user", () -> database.list("load user", Integer.class, "SELECT 1"));
            assertRefused("load user", () -> database.queryOne("load user", Integer.class, "SELECT 1"));
            assertRefused("load user", () -> database.stream("load user", Integer.class, "SELECT 1"));
            assertRefused("load user", () -> database.query("load user", connection -> 1));
            assertRefused("log", () -> database.update("log", INSERT, 9));
            assertRefused("log", () -> database.update("log", connection -> 1));
            assertRefused("log", () -> database.insert("log", "id", Integer.class, INSERT, 9));
            assertRefused("log", () -> database.batch("log", INSERT, List.of(List.of(9))));
            assertRefused("log", () -> database.attempt("log", connection -> 1));
            assertRefused("inner", () -> database.transaction("inner", inner -> 1));
            assertThat(database.leases()).as("no second connection").hasSize(1);
            return null;
        });
        assertThat(count()).isZero();
        assertThat(database.counters().calls()).as("create, save order, count").isEqualTo(3);
    }

    @Test
    void refusalNamesBothOperationsAndTheMend() {
        assertThatThrownBy(() -> database.transaction("save order", tx -> database.update("write log", INSERT, 9)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("database test: transaction \"save order\" is open on this thread, so \"write log\" is"
                        + " refused on the Database: it would run outside of the transaction, wait for a second"
                        + " connection, and not see its rows; call it on the Transaction that the work was given");
        assertThatThrownBy(
                        () -> database.transaction("save order", tx -> database.transaction("save lines", inner -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"save order\"")
                .hasMessageContaining("\"save lines\"")
                .hasMessageContaining("Propagation.JOIN")
                .hasMessageContaining("Propagation.NEW");
    }

    @Test
    void otherThreadsAndOtherDatabasesAreFree() {
        try (var other = Opened.database(PostgresServer.shared().jdbcUrl(), UnaryOperator.identity())) {
            int sum = database.transaction("save", tx -> {
                int here = other.query("one", "SELECT 1").one(Integer.class);
                int there = CompletableFuture.supplyAsync(
                                () -> database.query("two", "SELECT 2").one(Integer.class), OwnThread.EACH)
                        .join();
                return here + there + other.transaction("apart", inner -> 4);
            });
            assertThat(sum).isEqualTo(7);
        }
    }

    @Test
    void threadIsFreeAgainHoweverTheTransactionEnds() {
        database.transaction("good", tx -> 1);
        assertThat(count()).isZero();
        assertThatThrownBy(() -> database.transaction("bad", tx -> {
                    throw new AssertionError("mine");
                }))
                .isInstanceOf(AssertionError.class);
        assertThat(count()).isZero();
    }

    @Test
    void isRefusedOnAnotherThread() {
        int kept = database.transaction("save", tx -> {
            var other = CompletableFuture.runAsync(() -> tx.update("add", INSERT, 1), OwnThread.EACH);
            assertThatThrownBy(other::join)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("\"save\" belongs to another thread, so \"add\" is refused");
            return tx.update("add", INSERT, 2);
        });
        assertThat(kept).isEqualTo(1);
        assertThat(database.list("items", Integer.class, "SELECT id FROM item")).containsExactly(2);
    }

    @Test
    void joinedPartIsCommittedWithTheWhole() {
        database.transaction("outer", tx -> {
            tx.update("one", INSERT, 1);
            database.transaction("inner", JOIN, joined -> {
                assertThat(joined).isSameAs(tx);
                return joined.update("two", INSERT, 2);
            });
            tx.transaction("another", joined -> joined.update("three", INSERT, 3));
            assertThat(database.leases()).hasSize(1);
            assertThat(committed()).isZero();
            return null;
        });
        assertThat(count()).isEqualTo(3);
    }

    @Test
    void joinedPartThatFailedCannotBeCommittedThoughItsErrorWasCaught() {
        var error = catchThrowableOfType(
                CommitRefusedException.class,
                () -> database.transaction("outer", tx -> {
                    tx.update("one", INSERT, 1);
                    try {
                        database.transaction("reserve", JOIN, joined -> {
                            throw new IllegalStateException("sold out");
                        });
                    } catch (IllegalStateException caught) {
                        events.add(caught.getMessage());
                    }
                    return null;
                }));
        assertThat(events).containsExactly("sold out");
        assertThat(error.code()).isEqualTo(ErrorCode.E2013);
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(error).cause().hasMessageContaining("\"reserve\"").hasMessageContaining("\"outer\"");
        assertThat(count()).isZero();
    }

    @Test
    void joinedPartThatFailedInsideOfSavepointIsUndoneWithIt() {
        database.transaction("outer", tx -> {
            tx.update("one", INSERT, 1);
            assertThatThrownBy(() -> tx.savepoint(
                            "try",
                            inside -> inside.transaction("reserve", joined -> {
                                joined.update("two", INSERT, 2);
                                throw new IllegalStateException("sold out");
                            })))
                    .hasMessage("sold out");
            return null;
        });
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void joinBeginsWhereNoneIsOpen() {
        database.transaction("alone", JOIN, tx -> tx.update("one", INSERT, 1));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void joinThatAsksForMoreThanTheOpenOneHasIsRefused() {
        database.transaction("outer", tx -> {
            assertThatThrownBy(() ->
                            database.transaction("inner", JOIN.withIsolation(Isolation.SERIALIZABLE), joined -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("\"inner\" asks for isolation SERIALIZABLE")
                    .hasMessageContaining("\"outer\"");
            return database.transaction("inner", JOIN.withReadOnly(true), joined -> 1);
        });
        database.transaction("outer", TransactionOptions.DEFAULT.withReadOnly(true), tx -> {
            assertThatThrownBy(() -> database.transaction("inner", JOIN, joined -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "\"inner\" may write and would join transaction \"outer\", which is read-only");
            return null;
        });
        var serializable = JOIN.withIsolation(Isolation.SERIALIZABLE);
        int one = database.transaction(
                "outer", serializable, tx -> database.transaction("inner", serializable, joined -> 1));
        assertThat(one).isEqualTo(1);
    }

    @Test
    void newOneIsCommittedThoughTheOuterIsRolledBack() {
        assertThatThrownBy(() -> database.transaction("outer", tx -> {
                    tx.update("one", INSERT, 1);
                    database.transaction("audit", NEW, apart -> {
                        assertThat(database.leases()).hasSize(2);
                        assertThat(apart.query("see", "SELECT count(*) FROM item")
                                        .one(Long.class))
                                .as("rows of the outer one")
                                .isZero();
                        assertRefused("nested", () -> database.query("nested", connection -> 1));
                        return apart.update("two", INSERT, 2);
                    });
                    assertRefused("after", () -> database.query("after", connection -> 1));
                    assertThat(tx.query("own", "SELECT id FROM item WHERE id = 1")
                                    .one(Integer.class))
                            .isEqualTo(1);
                    throw new IllegalStateException("outer fails");
                }))
                .hasMessage("outer fails");
        assertThat(database.list("ids", Integer.class, "SELECT id FROM item")).containsExactly(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE"})
    void isolationHoldsForOneTransactionAlone(Isolation isolation) {
        try (var one =
                Opened.database(database.config().pool().jdbcUrl() + "?user=postgres", pool -> pool.maxSize(1))) {
            var sql = "SELECT current_setting('transaction_isolation')";
            var expected = isolation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            var options = TransactionOptions.DEFAULT.withIsolation(isolation);
            String inside =
                    one.transaction("ask", options, tx -> tx.query("ask", sql).one(String.class));
            assertThat(inside).isEqualTo(expected);
            String next = one.transaction("ask", tx -> tx.query("ask", sql).one(String.class));
            assertThat(next).isEqualTo("read committed");
            assertThat(one.query("ask", sql).one(String.class)).isEqualTo("read committed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"commit", "rollback", "auto-commit"})
    void nobodyElseEndsTheTransaction(String end) {
        var failure = catchThrowableOfType(
                StatementFailedException.class,
                () -> database.runInTransaction("outer", tx -> {
                    tx.update("insert", INSERT, 1);
                    end(tx.connection(), end);
                }));
        assertThat(failure.sqlState()).isEqualTo("2D000");
        assertThat(failure.getCause())
                .hasMessageContaining("transaction outer ends this transaction itself")
                .hasMessageContaining("use a savepoint");
        assertThat(count()).isZero();
    }

    @Test
    void whoAsksForTheAutoCommitThatIsSetIsNotRefused() {
        database.runInTransaction("outer", tx -> {
            tx.connection().setAutoCommit(false);
            var savepoint = tx.connection().setSavepoint();
            tx.update("insert", INSERT, 1);
            tx.connection().rollback(savepoint);
            tx.update("insert", INSERT, 2);
        });
        assertThat(database.list("all", Integer.class, "SELECT id FROM item")).containsExactly(2);
    }

    private static void end(Connection connection, String how) throws SQLException {
        switch (how) {
            case "commit" -> connection.commit();
            case "rollback" -> connection.rollback();
            default -> connection.setAutoCommit(true);
        }
    }

    @Test
    void readOnlyTransactionRefusesWritesAndLeavesNothingBehind() {
        try (var one =
                Opened.database(database.config().pool().jdbcUrl() + "?user=postgres", pool -> pool.maxSize(1))) {
            var readOnly = TransactionOptions.DEFAULT.withReadOnly(true);
            assertThatThrownBy(() -> one.transaction("read", readOnly, tx -> tx.update("write", INSERT, 1)))
                    .isInstanceOfSatisfying(
                            StatementFailedException.class,
                            e -> assertThat(e.sqlState()).isEqualTo("25W02"))
                    .hasMessageContaining("its options say read-only");
            one.transaction("write", tx -> tx.update("write", INSERT, 1));
        }
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void transactionTakesItsConnectionInTheLaneThatItsOptionsName() {
        try (var one = Opened.database(real.jdbcUrl(), pool -> pool.lanes(List.of(Lane.of("batch", 0, 1))))) {
            var batch = TransactionOptions.DEFAULT.withLane("batch").withReadOnly(true);
            var inBatch = one.transaction(
                    "nightly", batch, tx -> one.dataSource().snapshot().lanes());
            var inDefault =
                    one.transaction("request", tx -> one.dataSource().snapshot().lanes());

            assertThat(inBatch)
                    .filteredOn(lane -> lane.held() == 1)
                    .extracting(LaneUse::lane)
                    .containsExactly("batch");
            assertThat(inDefault)
                    .filteredOn(lane -> lane.held() == 1)
                    .extracting(LaneUse::lane)
                    .containsExactly(Lane.DEFAULT);
            assertThatThrownBy(() -> one.transaction("none", batch.withLane("bulk"), tx -> 0))
                    .hasStackTraceContaining("has no lane 'bulk'");
        }
    }

    @Test
    void savepointUndoesItsOwnWorkAlone() {
        database.transaction("save", tx -> {
            tx.update("one", INSERT, 1);
            assertThatThrownBy(() -> tx.savepoint("try", inside -> {
                        inside.update("two", INSERT, 2);
                        return inside.update("clash", INSERT, 1);
                    }))
                    .isInstanceOfSatisfying(StatementFailedException.class, e -> {
                        assertThat(e.operation()).isEqualTo("clash");
                        assertThat(e.sqlState()).isEqualTo("23505");
                    });
            int three = tx.savepoint("again", inside -> inside.update("three", INSERT, 3));
            assertThat(three).isEqualTo(1);
            return null;
        });
        assertThat(database.list("ids", Integer.class, "SELECT id FROM item ORDER BY id"))
                .containsExactly(1, 3);
    }

    @Test
    void savepointWhoseWorkCaughtTheErrorOfStatementIsRefusedAndUndone() {
        database.transaction("save", tx -> {
            tx.update("one", INSERT, 1);
            assertThatThrownBy(() -> tx.savepoint("try", inside -> {
                        inside.update("two", INSERT, 2);
                        assertThatThrownBy(() -> inside.update("clash", INSERT, 1))
                                .isInstanceOf(StatementFailedException.class);
                        return null;
                    }))
                    .isInstanceOfSatisfying(
                            CommitRefusedException.class,
                            e -> assertThat(e.operation()).isEqualTo("try"));
            return null;
        });
        assertThat(database.list("ids", Integer.class, "SELECT id FROM item")).containsExactly(1);
    }

    @Test
    void errorOfStatementNamesItAndItsTransaction() {
        var error = catchThrowableOfType(
                StatementFailedException.class,
                () -> database.transaction(
                        "save order", tx -> tx.update("insert line", "INSERT INTO nowhere VALUES (1)")));
        assertThat(error.operation()).isEqualTo("insert line");
        assertThat(error.phase()).isEqualTo(Phase.IN_TRANSACTION);
        assertThat(error).hasMessageContaining("operation=\"insert line\" transaction=\"save order\"");
        assertThat(database.counters().failed()).isEqualTo(1);
    }

    @Test
    void slowStatementInsideOfTransactionIsLoggedByItsOwnName() {
        var config = database.config();
        var eager = new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofMillis(50));
        try (var log = new LogCapture();
                var slow = Database.open(eager)) {
            slow.transaction(
                    "report",
                    tx -> tx.query("wait", "SELECT 1 FROM pg_sleep(0.2)").one(Integer.class));
            assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN slow query pool=test operation=wait "));
            assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN slow query pool=test operation=report "));
        }
    }

    @Test
    void transactionThatWasKeptIsRefused() {
        var kept = new AtomicReference<Transaction>();
        database.transaction("save", tx -> {
            kept.set(tx);
            return null;
        });
        var tx = kept.get();
        for (Runnable use : List.<Runnable>of(
                () -> tx.update("late", INSERT, 1),
                () -> tx.query("late", "SELECT 1").one(Integer.class),
                () -> tx.query("late", "SELECT 1").stream(Integer.class),
                () -> tx.transaction("late", joined -> 1),
                () -> tx.savepoint("late", inside -> 1),
                () -> tx.afterCommit(() -> {}),
                () -> tx.afterRollback(() -> {}),
                tx::connection)) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("transaction \"save\" is over");
        }
    }

    @Test
    void hooksOfCommitRunInOrderAfterTheReleaseAndMayUseTheDatabase() {
        database.transaction("save", tx -> {
            tx.update("one", INSERT, 1);
            tx.afterCommit(() -> events.add("first, leases " + database.leases().size()));
            tx.afterCommit(() -> events.add("second, rows " + count()));
            tx.afterRollback(() -> events.add("never"));
            return null;
        });
        assertThat(events).containsExactly("first, leases 0", "second, rows 1");
    }

    @Test
    void hooksOfRollbackRunAfterTheReleaseAndTheErrorGoesOn() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    tx.update("one", INSERT, 1);
                    tx.afterCommit(() -> events.add("never"));
                    tx.afterRollback(
                            () -> events.add("leases " + database.leases().size() + ", rows " + count()));
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
        assertThat(events).containsExactly("leases 0, rows 0");
    }

    @Test
    void refusedCommitIsRollback() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    tx.afterCommit(() -> events.add("never"));
                    tx.afterRollback(() -> events.add("rolled back"));
                    assertThatThrownBy(() -> tx.update("bad", "SELEC")).isInstanceOf(StatementFailedException.class);
                    return null;
                }))
                .isInstanceOf(CommitRefusedException.class);
        assertThat(events).containsExactly("rolled back");
    }

    @Test
    void failureAtCommitThatIsCertainIsRollback() {
        database.update("alter", "ALTER TABLE item ADD parent int REFERENCES item DEFERRABLE INITIALLY DEFERRED");
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    tx.afterCommit(() -> events.add("never"));
                    tx.afterRollback(() -> events.add("rolled back"));
                    return tx.update("orphan", "INSERT INTO item VALUES (1, 99)");
                }))
                .isInstanceOf(StatementFailedException.class);
        assertThat(events).containsExactly("rolled back");
    }

    @Test
    void failureOfHookIsLoggedAndTheOthersRun() {
        try (var log = new LogCapture()) {
            int saved = database.transaction("save", tx -> {
                tx.afterCommit(() -> {
                    throw new IllegalStateException("secret words");
                });
                tx.afterCommit(() -> {
                    throw new StackOverflowError();
                });
                tx.afterCommit(() -> events.add("still"));
                return tx.update("one", INSERT, 1);
            });
            assertThat(saved).isEqualTo(1);
            assertThat(events).containsExactly("still");
            assertThat(log.lines())
                    .contains("WARN transaction hook failed pool=test operation=save hook=afterCommit"
                            + " cause=IllegalStateException")
                    .noneMatch(line -> line.startsWith("WARN") && line.contains("secret words"));
            assertThat(database.counters().failed()).isZero();
        }
    }

    @Test
    void hooksOfSavepointThatWasRolledBackAreThoseOfRollback() {
        database.transaction("save", tx -> {
            tx.afterCommit(() -> events.add("outer committed"));
            tx.afterRollback(() -> events.add("never"));
            assertThatThrownBy(() -> tx.savepoint("try", inside -> {
                        inside.afterCommit(() -> events.add("never"));
                        inside.afterRollback(() -> events.add("inner rolled back"));
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
            return tx.savepoint("good", inside -> {
                inside.afterCommit(() -> events.add("inner committed"));
                return null;
            });
        });
        assertThat(events).containsExactly("inner rolled back", "outer committed", "inner committed");
    }

    @Test
    void hooksOfJoinedPartRunWhenTheWholeHasEnded() {
        database.transaction("outer", tx -> {
            database.transaction("inner", JOIN, joined -> {
                joined.afterCommit(() -> events.add("committed"));
                return null;
            });
            assertThat(events).isEmpty();
            return null;
        });
        assertThat(events).containsExactly("committed");
    }

    @Test
    void hooksWithoutEndAreRefused() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    for (int i = 0; i <= Hooks.MOST; i++) {
                        tx.afterCommit(() -> {});
                    }
                    return null;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("transaction \"save\" has 10000 hooks");
    }

    @Test
    void streamOfTransactionEndsWithIt() {
        var kept = new AtomicReference<Iterator<Integer>>();
        database.transaction("read", tx -> {
            var rows = tx.query("rows", "SELECT generate_series(1, 100)").fetchSize(10).stream(Integer.class);
            var iterator = rows.iterator();
            assertThat(iterator.next()).isEqualTo(1);
            assertThat(tx.query("between", "SELECT 7").one(Integer.class)).isEqualTo(7);
            assertThat(iterator.next()).isEqualTo(2);
            kept.set(iterator);
            return null;
        });
        assertThat(database.leases()).isEmpty();
        assertThatThrownBy(() -> kept.get().forEachRemaining(row -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("transaction \"read\" is over, so \"rows\" is refused");
    }

    private void assertRefused(String operation, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"" + operation + "\" is refused on the Database");
    }

    private long count() {
        return database.query("count", "SELECT count(*) FROM item").one(Long.class);
    }

    /** What another connection sees. */
    private long committed() {
        return CompletableFuture.supplyAsync(this::count, OwnThread.EACH).join();
    }
}
