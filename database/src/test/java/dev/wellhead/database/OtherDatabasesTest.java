// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.Isolation;
import dev.wellhead.testkit.MariaDbServer;
import dev.wellhead.testkit.OwnThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the table of errors on the real MariaDB, H2 and SQLite. */
class OtherDatabasesTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void mariaDbDeadlockIsRunAgainAndDuplicateKeyIsNot() {
        var server = MariaDbServer.start();
        open.add(server);
        var database = open(server.jdbcUrl());
        create(database);
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
        assertDuplicateIsConstraint(database);
    }

    @Test
    void h2LockTimeoutIsRunAgainAndDuplicateKeyIsNot() {
        var database = open("jdbc:h2:mem:judge_locks;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=100");
        create(database);
        assertThat(attemptsUntilTheHolderIsDone(database)).isGreaterThan(1);
        assertThat(amounts(database)).containsExactly(111, 100);
        assertDuplicateIsConstraint(database);
    }

    @Test
    void h2SnapshotConflictIsRunAgain() {
        var database = open("jdbc:h2:mem:judge_snapshots;DB_CLOSE_DELAY=-1");
        create(database);
        var attempts = new AtomicInteger();
        try (var log = new LogCapture()) {
            database.transaction("add", TransactionOptions.DEFAULT.withIsolation(Isolation.REPEATABLE_READ), tx -> {
                int seen = tx.query("read", "SELECT amount FROM account WHERE id = 1")
                        .one(Integer.class);
                if (attempts.incrementAndGet() == 1) {
                    CompletableFuture.runAsync(
                                    () -> database.update(
                                            "first", "UPDATE account SET amount = amount + 10 WHERE id = 1"),
                                    OwnThread.EACH)
                            .join();
                }
                return tx.update("write", "UPDATE account SET amount = ? WHERE id = 1", seen + 1);
            });
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("WARN retry scheduled pool=test operation=write")
                            && line.endsWith("cause=SERIALIZATION sqlState=40001"));
        }
        assertThat(attempts).hasValue(2);
        assertThat(amounts(database)).containsExactly(111, 100);
    }

    @Test
    void sqliteBusyIsRunAgainAndDuplicateKeyIsNot(@TempDir Path folder) {
        var database = open("jdbc:sqlite:" + folder.resolve("test.db") + "?busy_timeout=50");
        create(database);
        assertThat(attemptsUntilTheHolderIsDone(database)).isGreaterThan(1);
        assertThat(amounts(database)).containsExactly(111, 100);
        assertDuplicateIsConstraint(database);
    }

    /** One transaction holds a row until another one that wants it was tried twice. */
    private static int attemptsUntilTheHolderIsDone(Database database) {
        var attempts = new AtomicInteger();
        var wanting = new ArrayList<CompletableFuture<Void>>();
        database.runInTransaction("hold", tx -> {
            tx.update("hold", "UPDATE account SET amount = amount + 10 WHERE id = 1");
            if (!wanting.isEmpty()) {
                return;
            }
            wanting.add(CompletableFuture.runAsync(
                    () -> database.runInTransaction("want", other -> {
                        attempts.incrementAndGet();
                        other.update("want", "UPDATE account SET amount = amount + 1 WHERE id = 1");
                    }),
                    OwnThread.EACH));
            await().until(() -> attempts.get() >= 2);
        });
        wanting.forEach(CompletableFuture::join);
        assertThat(database.counters().retriesByReason().get(Meaning.SERIALIZATION))
                .isPositive();
        assertThat(database.counters().failed()).isZero();
        return attempts.get();
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

    private static void create(Database database) {
        database.update("create", "CREATE TABLE account (id int PRIMARY KEY, amount int NOT NULL)");
        database.update("fill", "INSERT INTO account VALUES (1, 100), (2, 100)");
    }

    private static void assertDuplicateIsConstraint(Database database) {
        long before = database.counters().retries();
        var error = catchThrowableOfType(
                StatementFailedException.class,
                () -> database.update("duplicate", "INSERT INTO account VALUES (1, 1)"));
        assertThat(error.meaning()).isEqualTo(Meaning.CONSTRAINT);
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(database.counters().retries()).isEqualTo(before);
    }

    private static List<Integer> amounts(Database database) {
        return database.list("amounts", Integer.class, "SELECT amount FROM account ORDER BY id");
    }

    private Database open(String url) {
        var patient =
                new RetryPolicy(200, Duration.ofMillis(10), Duration.ofMillis(50), 2, true, Duration.ofSeconds(30), 0);
        // The first connection loads the driver.
        var config = Opened.config(
                Opened.pool("test", url).acquireTimeout(Duration.ofSeconds(10)).build());
        var database =
                Database.open(new DatabaseConfig(config.pool(), patient, config.health(), config.slowQueryThreshold()));
        open.add(database);
        return database;
    }
}
