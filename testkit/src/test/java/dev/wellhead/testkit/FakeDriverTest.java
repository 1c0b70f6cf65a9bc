// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FakeDriverTest {
    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void answersQueriesUpdatesAndBatches() throws Exception {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("update t set i = 1")) {
            try (ResultSet rows = statement.executeQuery("SELECT 1")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(1);
                assertThat(rows.next()).isFalse();
            }
            assertThat(prepared.executeUpdate()).isEqualTo(1);
            prepared.addBatch();
            prepared.addBatch();
            assertThat(prepared.executeBatch()).containsExactly(1, 1);
            assertThat(connection.getMetaData().getURL()).isEqualTo(driver.url());
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(connection.isValid(1)).isTrue();
        }
        assertThat(driver.openNow()).isZero();
        assertThat(driver.opened()).isEqualTo(1);
    }

    @Test
    void keepsSettingsAndCountsTransactions() throws Exception {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            connection.setReadOnly(true);
            connection.setSchema("other");
            connection.setNetworkTimeout(Runnable::run, 1234);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(connection.isReadOnly()).isTrue();
            assertThat(connection.getSchema()).isEqualTo("other");
            assertThat(connection.getNetworkTimeout()).isEqualTo(1234);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            connection.setAutoCommit(false);
            statement.execute("insert");
            connection.commit();
            statement.execute("insert");
            connection.rollback();
            statement.execute("insert");
            connection.setAutoCommit(true);
            FakeConnection fake = connection.unwrap(FakeConnection.class);
            assertThat(fake.begun()).isEqualTo(3);
            assertThat(fake.committed()).isEqualTo(2);
            assertThat(fake.rolledBack()).isEqualTo(1);
            assertThat(fake.isInTransaction()).isFalse();
        }
    }

    @Test
    void nextOpensGoAsTold() throws Exception {
        driver.nextOpens(
                FakeBehavior.fail("too many", "53300", 7),
                FakeBehavior.slow(Duration.ofMillis(100)),
                FakeBehavior.returnNull());
        assertThatThrownBy(this::open).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getSQLState()).isEqualTo("53300");
            assertThat(e.getErrorCode()).isEqualTo(7);
        });
        long start = System.nanoTime();
        open().close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(driver.connect(driver.url(), null)).isNull();
        open().close();
        assertThat(driver.calls(FakeOperation.OPEN)).hasSize(4);
        assertThat(driver.opened()).isEqualTo(2);
    }

    @Test
    void hangingOpensAreCountedAndReleased() {
        driver.on(FakeOperation.OPEN, FakeBehavior.hang());
        CompletableFuture<Connection> one = async(this::open);
        CompletableFuture<Connection> two = async(this::open);
        await().until(() -> driver.peakOpening() == 2);
        assertThat(driver.openNow()).isZero();
        driver.release();
        assertThat(one.join()).isNotSameAs(two.join());
        assertThat(driver.peakOpen()).isEqualTo(2);
    }

    @Test
    void abortEndsAHangingExecute() throws Exception {
        Connection connection = open();
        FakeConnection fake = connection.unwrap(FakeConnection.class);
        fake.on(FakeOperation.EXECUTE, FakeBehavior.hang());
        Statement statement = connection.createStatement();
        CompletableFuture<Boolean> answer = async(() -> statement.execute("select"));
        await().until(() -> !driver.calls(FakeOperation.EXECUTE).isEmpty());
        assertThat(answer).isNotDone();
        connection.abort(Runnable::run);
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .rootCause()
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08006"));
        assertThat(connection.isClosed()).isTrue();
        assertThat(driver.openNow()).isZero();
    }

    @Test
    void interruptDoesNotEndAHangAndIsKept() throws Exception {
        driver.nextOpens(FakeBehavior.hang());
        CompletableFuture<Boolean> wasInterrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try (Connection connection = open()) {
                wasInterrupted.complete(Thread.currentThread().isInterrupted() && connection.isValid(1));
            } catch (SQLException e) {
                wasInterrupted.completeExceptionally(e);
            }
        });
        thread.start();
        await().until(() -> driver.peakOpening() == 1);
        thread.interrupt();
        await().during(Duration.ofMillis(100)).until(() -> !wasInterrupted.isDone());
        driver.release();
        assertThat(wasInterrupted.join()).isTrue();
        thread.join();
    }

    @Test
    void deadConnectionFailsAndMayLie() throws Exception {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            FakeConnection fake = connection.unwrap(FakeConnection.class);
            fake.die();
            assertThat(connection.isValid(1)).isFalse();
            fake.on(FakeOperation.VALIDATE, FakeBehavior.answer(true));
            assertThat(connection.isValid(1)).isTrue();
            assertThatThrownBy(() -> statement.execute("select"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        }
        assertThat(driver.openNow()).isZero();
    }

    @Test
    void closeAndRollbackFailOrHangAsToldAndRemainCounted() throws Exception {
        driver.on(FakeOperation.CLOSE, FakeBehavior.fail("no close", "08006", 0));
        driver.on(FakeOperation.ROLLBACK, FakeBehavior.hang());
        Connection connection = open();
        connection.setAutoCommit(false);
        CompletableFuture<Boolean> rollback = async(() -> {
            connection.rollback();
            return true;
        });
        await().until(() -> !driver.calls(FakeOperation.ROLLBACK).isEmpty());
        assertThat(rollback).isNotDone();
        driver.release();
        assertThat(rollback.join()).isTrue();
        assertThatThrownBy(connection::close).hasMessage("no close");
        assertThat(driver.openNow()).isZero();
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void oneMethodOfOneConnectionGoesItsOwnWay() throws Exception {
        driver.onOpened(opened -> opened.on("setAutoCommit", FakeBehavior.fail("not today", "XX000", 0))
                .on("createStatement", FakeBehavior.returnNull())
                .on("isClosed", FakeBehavior.answer(true)));
        try (Connection connection = open()) {
            assertThatThrownBy(() -> connection.setAutoCommit(false)).hasMessage("not today");
            assertThat(connection.createStatement()).isNull();
            assertThat(connection.isClosed()).isTrue();
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(driver.openNow()).isZero();
    }

    @Test
    void remembersWhichThreadCalledWhat() throws Exception {
        open().close();
        assertThat(driver.calls()).extracting(FakeCall::method).containsExactly("connect", "close");
        assertThat(driver.calls())
                .extracting(FakeCall::thread)
                .containsOnly(Thread.currentThread().getName());
    }

    @Test
    void closedDriverIsGoneAndReleasesWhatHangs() {
        driver.nextOpens(FakeBehavior.hang());
        CompletableFuture<Connection> hanging = async(this::open);
        await().until(() -> driver.peakOpening() == 1);
        driver.close();
        assertThatThrownBy(hanging::join).hasRootCauseInstanceOf(SQLException.class);
        assertThatThrownBy(this::open).isInstanceOf(SQLException.class).hasMessageContaining("No suitable driver");
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(driver.url());
    }

    private static <T> CompletableFuture<T> async(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
    }
}
