// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is run again, and what is not, on a real PostgreSQL. */
class RetryTest {

    private static final PostgresServer SERVER = PostgresServer.shared();

    /** Sleeps as long as the gate has a row. */
    private static final String GATED = "SELECT pg_sleep(CASE WHEN EXISTS (SELECT 1 FROM gate) THEN 60 ELSE 0 END), 42";

    private final List<AutoCloseable> open = new ArrayList<>();
    private TestDatabase place;

    @BeforeEach
    void create() throws SQLException {
        place = SERVER.createDatabase();
        place.execute("CREATE TABLE account (id int PRIMARY KEY, amount int NOT NULL)");
        place.execute("INSERT INTO account VALUES (1, 100), (2, 100)");
        place.execute("CREATE TABLE gate (id int)");
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        place.close();
    }

    @Test
    void transactionsThatDeadlockAreBothDone() {
        var database = open(place.jdbcUrl(), Opened.QUICK);
        var bothHoldOne = new CyclicBarrier(2);
        var attempts = new AtomicInteger();
        var there = transfer(database, 1, 2, bothHoldOne, attempts);
        var back = transfer(database, 2, 1, bothHoldOne, attempts);
        there.join();
        back.join();
        assertThat(amounts(database)).containsExactly(100, 100);
        assertThat(attempts).hasValue(3);
        assertThat(database.counters().retriesByReason()).containsEntry(Meaning.SERIALIZATION, 1L);
        assertThat(database.counters().failed()).isZero();
    }

    private static CompletableFuture<Void> transfer(
            Database database, int from, int to, CyclicBarrier bothHoldOne, AtomicInteger attempts) {
        return CompletableFuture.runAsync(
                () -> {
                    var isFirst = new AtomicInteger();
                    database.runInTransaction("transfer", tx -> {
                        attempts.incrementAndGet();
                        tx.update("debit", "UPDATE account SET amount = amount - 10 WHERE id = ?", from);
                        if (isFirst.getAndIncrement() == 0) {
                            meet(bothHoldOne);
                        }
                        tx.update("credit", "UPDATE account SET amount = amount + 10 WHERE id = ?", to);
                    });
                },
                OwnThread.EACH);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void serializableIncrementsOfEightThreadsAreAllCounted() {
        int threads = 8;
        int increments = 25;
        var stubborn = new RetryPolicy(
                10_000, Duration.ofMillis(1), Duration.ofMillis(20), 2, true, Duration.ofSeconds(60), 0);
        var database = track(Database.open(config(
                Opened.pool("test", place.jdbcUrl())
                        .maxSize(threads)
                        .acquireTimeout(Duration.ofSeconds(10))
                        .build(),
                stubborn)));
        var options = TransactionOptions.DEFAULT.withIsolation(Isolation.SERIALIZABLE);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int j = 0; j < increments; j++) {
                            database.transaction("increment", options, tx -> {
                                int now = tx.query("read", "SELECT amount FROM account WHERE id = 1")
                                        .one(Integer.class);
                                return tx.update("write", "UPDATE account SET amount = ? WHERE id = 1", now + 1);
                            });
                        }
                    },
                    OwnThread.EACH));
        }
        all.forEach(CompletableFuture::join);
        assertThat(amounts(database)).containsExactly(100 + threads * increments, 100);
        var counters = database.counters();
        assertThat(counters.failed()).isZero();
        assertThat(counters.retries()).isPositive();
        assertThat(counters.retriesByReason()).containsEntry(Meaning.SERIALIZATION, counters.retries());
    }

    @Test
    void transactionIsRunAgainWhenItsBackendIsKilledInTheMiddle() {
        var database = open(place.jdbcUrl(), Opened.QUICK);
        var attempts = new AtomicInteger();
        List<String> hooks = new ArrayList<>();
        int changed = database.transaction("transfer", tx -> {
            int attempt = attempts.incrementAndGet();
            tx.afterCommit(() -> hooks.add("committed " + attempt));
            tx.afterRollback(() -> hooks.add("rolled back " + attempt));
            int first = tx.update("debit", "UPDATE account SET amount = amount - 10 WHERE id = 1");
            if (attempt == 1) {
                terminate(tx.query("pid", "SELECT pg_backend_pid()").one(Integer.class));
            }
            return first + tx.update("credit", "UPDATE account SET amount = amount + 10 WHERE id = 2");
        });
        assertThat(changed).isEqualTo(2);
        assertThat(amounts(database)).containsExactly(90, 110);
        assertThat(attempts).hasValue(2);
        assertThat(hooks).containsExactly("rolled back 1", "committed 2");
        assertThat(database.counters().retriesByReason()).containsEntry(Meaning.CONNECTION_LOST, 1L);
    }

    @Test
    void batchIsRunAgainWhenItsBackendIsKilledInTheMiddle() throws Exception {
        var database = open(place.jdbcUrl(), Opened.QUICK);
        place.execute("INSERT INTO gate VALUES (1)");
        var batch = CompletableFuture.supplyAsync(
                () -> database.batch(
                        "fill",
                        "INSERT INTO account SELECT ?, 7 FROM (" + GATED + ") AS g",
                        List.of(List.of(3), List.of(4))),
                OwnThread.EACH);
        openGateAndKill();
        batch.join();
        assertThat(amounts(database)).containsExactly(100, 100, 7, 7);
        assertThat(database.counters().retries()).isEqualTo(1);
    }

    @Test
    void readIsRunAgainWhenItsBackendIsKilled() throws Exception {
        var database = open(place.jdbcUrl(), Opened.QUICK);
        place.execute("INSERT INTO gate VALUES (1)");
        var read = CompletableFuture.supplyAsync(
                () -> database.query("read", GATED).one(rows -> rows.getInt(2)), OwnThread.EACH);
        openGateAndKill();
        assertThat(read.join()).isEqualTo(42);
        assertThat(database.counters().retries()).isEqualTo(1);
    }

    @Test
    void queryThatMayWriteIsRunAgainOnlyWhereItsCallerSaysSo() throws Exception {
        place.execute("CREATE FUNCTION mine() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 42'");
        var database = open(place.jdbcUrl(), Opened.QUICK);
        var sql = GATED + ", mine()";
        place.execute("INSERT INTO gate VALUES (1)");
        var unknown = CompletableFuture.supplyAsync(
                () -> Attempt.of(() -> database.query("read", sql).one(rows -> rows.getInt(3))), OwnThread.EACH);
        openGateAndKill();
        assertAmbiguous(unknown.join());

        place.execute("INSERT INTO gate VALUES (1)");
        var opaque = CompletableFuture.supplyAsync(
                () -> database.attempt("read", connection -> {
                    try (var statement = connection.createStatement();
                            var rows = statement.executeQuery(GATED)) {
                        return rows.next();
                    }
                }),
                OwnThread.EACH);
        openGateAndKill();
        assertAmbiguous(opaque.join());
        assertThat(database.counters().retries()).isZero();

        var idempotent = database.with(CallOptions.DEFAULT.withIdempotent(true));
        place.execute("INSERT INTO gate VALUES (1)");
        var marked = CompletableFuture.supplyAsync(
                () -> idempotent.query("read", sql).one(rows -> rows.getInt(3)), OwnThread.EACH);
        openGateAndKill();
        assertThat(marked.join()).isEqualTo(42);

        place.execute("INSERT INTO gate VALUES (1)");
        var markedWork = CompletableFuture.supplyAsync(
                () -> idempotent.<Boolean>query("read", connection -> {
                    try (var statement = connection.createStatement();
                            var rows = statement.executeQuery(GATED)) {
                        return rows.next();
                    }
                }),
                OwnThread.EACH);
        openGateAndKill();
        assertThat(markedWork.join()).isTrue();
        assertThat(database.counters().retries()).isEqualTo(2);
    }

    @Test
    void writeInAutoCommitIsNotRepeatedWhenItsBackendIsKilled() throws Exception {
        var database = open(place.jdbcUrl(), Opened.QUICK).with(CallOptions.DEFAULT.withIdempotent(true));
        place.execute("INSERT INTO gate VALUES (1)");
        var write = CompletableFuture.supplyAsync(
                () -> Attempt.of(
                        () -> database.update("add", "INSERT INTO account SELECT 3, 7 FROM (" + GATED + ") AS g")),
                OwnThread.EACH);
        openGateAndKill();
        assertAmbiguous(write.join());
        assertThat(amounts(database)).containsExactly(100, 100);
    }

    @Test
    void writeInAutoCommitIsNotRepeatedWhenItsAnswerIsLost() {
        try (var proxy = FaultProxy.to(SERVER)) {
            var database = open(proxy.jdbcUrl(place.name()), Opened.QUICK);
            assertThat(amounts(database)).hasSize(2);
            proxy.existing().cutBefore(Direction.TO_CLIENT, "INSERT 0 1", Cut.RESET);
            assertAmbiguous(
                    Attempt.of(() -> database.update("add", "INSERT INTO account SELECT max(id) + 1, 7 FROM account")));
            proxy.all().clear();
            await().untilAsserted(() -> assertThat(amounts(database)).containsExactly(100, 100, 7));
        }
    }

    @Test
    void singleStatementIsRunAgainAfterADeadlock() {
        var database = open(place.jdbcUrl(), Opened.QUICK);
        var bothHoldOne = new CyclicBarrier(2);
        place("CREATE FUNCTION locked() RETURNS int LANGUAGE plpgsql VOLATILE AS"
                + " $$ BEGIN PERFORM 1 FROM account WHERE id = 1 FOR UPDATE; RETURN 1; END $$");
        // The single statement locks row 2 and then, by its function, row 1; the other holds 1 and wants 2.
        var other = CompletableFuture.runAsync(
                () -> {
                    var isFirst = new AtomicInteger();
                    database.runInTransaction("other", tx -> {
                        tx.update("one", "UPDATE account SET amount = amount + 1 WHERE id = 1");
                        if (isFirst.getAndIncrement() == 0) {
                            meet(bothHoldOne);
                            await().until(() -> waitingForLocks() == 1);
                        }
                        tx.update("two", "UPDATE account SET amount = amount + 1 WHERE id = 2");
                    });
                },
                OwnThread.EACH);
        meet(bothHoldOne);
        int changed = database.update(
                "single",
                "WITH l AS (SELECT id FROM account WHERE id = 2 FOR UPDATE)"
                        + " UPDATE account SET amount = amount + locked() FROM l WHERE account.id = l.id");
        assertThat(changed).isEqualTo(1);
        other.join();
        assertThat(amounts(database)).containsExactly(101, 102);
        assertThat(database.counters().failed()).isZero();
        assertThat(database.counters().retries()).isEqualTo(1);
    }

    @Test
    void whatTheProgramKnowsOfAnErrorDecides() {
        var config = config(Opened.pool("test", place.jdbcUrl()).build(), Opened.QUICK)
                .withErrors((error, phase) -> "P0429".equals(error.getSQLState())
                        ? Optional.of(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.OVERLOADED, ErrorCode.E2011))
                        : Optional.empty());
        var database = track(Database.open(config));
        place("CREATE FUNCTION busy() RETURNS boolean LANGUAGE plpgsql VOLATILE AS"
                + " $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = 'P0429'; END $$");
        var error = catchThrowableOfType(
                DatabaseOverloadedException.class,
                () -> database.update("raise", "UPDATE account SET amount = ? WHERE busy()", 7));
        assertThat(error.attempts()).isEqualTo(4);
        assertThat(error.sqlState()).isEqualTo("P0429");
        assertThat(amounts(database)).containsExactly(100, 100);
    }

    @Test
    void retrySwitchedOffTriesOnce() {
        var database = open(place.jdbcUrl(), RetryPolicy.NONE);
        var attempts = new AtomicInteger();
        var error = catchThrowableOfType(
                ConnectionLostException.class,
                () -> database.transaction("transfer", tx -> {
                    attempts.incrementAndGet();
                    terminate(tx.query("pid", "SELECT pg_backend_pid()").one(Integer.class));
                    return tx.update("debit", "UPDATE account SET amount = amount - 10 WHERE id = 1");
                }));
        assertThat(attempts).hasValue(1);
        assertThat(error.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
    }

    private void openGateAndKill() throws SQLException {
        var sleeping =
                "SELECT pid FROM pg_stat_activity WHERE datname = '" + place.name() + "' AND wait_event = 'PgSleep'";
        await().until(() -> SERVER.execute(sleeping).size() == 1);
        place.execute("DELETE FROM gate");
        SERVER.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + place.name()
                + "' AND wait_event = 'PgSleep'");
    }

    private long waitingForLocks() throws SQLException {
        return SERVER.execute("SELECT pid FROM pg_stat_activity WHERE datname = '" + place.name()
                        + "' AND wait_event_type = 'Lock'")
                .size();
    }

    private static void terminate(int pid) throws SQLException {
        SERVER.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
    }

    private void place(String sql) {
        try {
            place.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertAmbiguous(Attempt<?> attempt) {
        assertThat(attempt).isInstanceOfSatisfying(Attempt.Failure.class, failure -> {
            assertThat(failure.error()).isInstanceOf(ConnectionLostException.class);
            assertThat(failure.error().kind()).isEqualTo(ErrorKind.AMBIGUOUS);
            assertThat(failure.error().phase()).isEqualTo(Phase.AUTOCOMMIT_SENT);
            assertThat(failure.error().attempts()).isEqualTo(1);
        });
    }

    private static List<Integer> amounts(Database database) {
        return database.list("amounts", Integer.class, "SELECT amount FROM account ORDER BY id");
    }

    private Database open(String url, RetryPolicy policy) {
        return track(Database.open(config(Opened.pool("test", url).build(), policy)));
    }

    private static DatabaseConfig config(PoolConfig pool, RetryPolicy policy) {
        return new DatabaseConfig(pool, policy, Opened.NO_BACKGROUND, Duration.ofSeconds(5));
    }

    private Database track(Database database) {
        open.add(database);
        return database;
    }
}
