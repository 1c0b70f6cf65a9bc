// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Callers and the connections they get, on the real server. */
class AcquireTest {

    private static PoolConfig.Builder config() {
        return PoolConfig.builder().jdbcUrl(PostgresServer.shared().jdbcUrl()).minIdle(0);
    }

    private static int selectOne(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 1")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void servesWorkAndReusesTheConnection() throws SQLException {
        try (var pool = new WellheadDataSource(config().maxSize(2).build())) {
            for (int i = 0; i < 50; i++) {
                try (var connection = pool.getConnection()) {
                    assertThat(selectOne(connection)).isEqualTo(1);
                }
            }
            var snapshot = pool.snapshot();
            assertThat(snapshot.total()).isEqualTo(1);
            assertThat(snapshot.counters().opened()).isEqualTo(1);
            assertThat(snapshot.counters().direct() + snapshot.counters().waited())
                    .isEqualTo(50);
            assertThat(snapshot.counters().released()).isEqualTo(50);
        }
    }

    @Test
    void opensNoMoreThanMaxSizeUnderManyCallersAndServesAll() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(5).build())) {
            long callers = 50;
            int rounds = 40;
            var done = new AtomicInteger();
            var executor = Executors.newFixedThreadPool((int) callers);
            var all = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < callers; i++) {
                all.add(CompletableFuture.runAsync(
                        () -> {
                            for (int round = 0; round < rounds; round++) {
                                try (var connection = pool.getConnection("round")) {
                                    done.addAndGet(selectOne(connection));
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            }
                        },
                        executor));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            executor.shutdown();

            assertThat(done).hasValue((int) callers * rounds);
            var snapshot = pool.snapshot();
            assertThat(snapshot.total()).isLessThanOrEqualTo(5);
            assertThat(snapshot.active()).isZero();
            assertThat(snapshot.waiting()).isZero();
            assertThat(snapshot.counters().direct() + snapshot.counters().waited())
                    .isEqualTo(callers * rounds);
            assertThat(snapshot.counters().released()).isEqualTo(callers * rounds);
            assertThat(snapshot.counters().opened())
                    .isEqualTo(snapshot.total() + snapshot.counters().closedTotal());
            assertThat(snapshot.peakActive()).isBetween(1, 5);
        }
    }

    @Test
    void exhaustedPoolNamesTheHolderWhatItRunsAndTheNextStep() throws Exception {
        try (var pool = new WellheadDataSource(config().name("orders")
                        .maxSize(1)
                        .acquireTimeout(Duration.ofMillis(200))
                        .build());
                var held = pool.getConnection("monthly report")) {
            selectOne(held);
            var refused = CompletableFuture.supplyAsync(
                            () -> {
                                try (var second = pool.getConnection("checkout")) {
                                    return new SQLException("served " + second);
                                } catch (SQLException e) {
                                    return e;
                                }
                            },
                            OwnThread.EACH)
                    .get(10, TimeUnit.SECONDS);

            var exception = (AcquireRefusedException) refused;
            assertThat(exception.reason()).isEqualTo(RefusalReason.TIMEOUT);
            assertThat(exception.getSQLState()).isEqualTo("08W01");
            assertThat(exception.code()).isEqualTo("E2001");
            assertThat(exception.waited()).isBetween(Duration.ofMillis(200), Duration.ofMillis(1200));
            assertThat(exception.snapshot().active()).isEqualTo(1);
            assertThat(exception.getMessage())
                    .startsWith("Connection pool exhausted. [E2001] pool=orders:")
                    .contains("for operation 'checkout'")
                    .contains("total=1/1 active=1 idle=0")
                    .contains("operation 'monthly report'")
                    .contains("last statement: SELECT 1")
                    .contains("raise max-size");
            assertThat(pool.snapshot().counters().refused()).containsEntry(RefusalReason.TIMEOUT, 1L);
        }
    }

    @Test
    void threadThatHoldsOneAndWaitsForAnotherIsTold() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1)
                        .acquireTimeout(Duration.ofMillis(100))
                        .build());
                var first = pool.getConnection("outer")) {
            assertThat(first.isClosed()).isFalse();
            assertThatThrownBy(() -> pool.getConnection("inner"))
                    .isInstanceOf(AcquireRefusedException.class)
                    .hasMessageContaining("This thread already holds a connection of this pool")
                    .hasMessageContaining("operation 'outer'")
                    .hasMessageContaining("Next: close that connection");
            assertThat(pool.snapshot().counters().nested()).isEqualTo(1);
        }
    }

    @Test
    void servesInArrivalOrder() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            var order = new ArrayList<Integer>();
            var held = pool.getConnection();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                var thread = new Thread(() -> {
                    try (var connection = pool.getConnection()) {
                        order.add(number);
                        selectOne(connection);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.start();
                threads.add(thread);
                await().until(() -> pool.snapshot().waiting() == number + 1);
            }
            held.close();
            for (var thread : threads) {
                thread.join(10_000);
            }
            assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        }
    }

    @Test
    void interruptedCallerLeavesTheLineAndKeepsItsFlag() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).build());
                var held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            var outcome = new CompletableFuture<String>();
            var thread = new Thread(() -> {
                try (var never = pool.getConnection()) {
                    outcome.complete("served " + never);
                } catch (AcquireRefusedException e) {
                    outcome.complete(e.reason() + " " + Thread.currentThread().isInterrupted());
                } catch (SQLException e) {
                    outcome.completeExceptionally(e);
                }
            });
            thread.start();
            await().until(() -> pool.snapshot().waiting() == 1);
            thread.interrupt();
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("INTERRUPTED true");
            assertThat(pool.snapshot().waiting()).isZero();
        }
    }

    @Test
    void fullLineRefusesAtOnce() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).maxWaiting(1).build());
                var held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            var waiter = CompletableFuture.runAsync(
                    () -> {
                        try (var connection = pool.getConnection()) {
                            selectOne(connection);
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    OwnThread.EACH);
            await().until(() -> pool.snapshot().waiting() == 1);
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOfSatisfying(
                            AcquireRefusedException.class,
                            e -> assertThat(e.reason()).isEqualTo(RefusalReason.LINE_FULL));
            held.close();
            waiter.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void closeRefusesThoseInLineAndReportsWhoStillHolds() throws Exception {
        var pool = new WellheadDataSource(config().maxSize(1).build());
        var held = pool.getConnection("slow work");
        var started = new CountDownLatch(1);
        var waiter = CompletableFuture.supplyAsync(
                () -> {
                    started.countDown();
                    try (var connection = pool.getConnection()) {
                        return "served " + connection;
                    } catch (AcquireRefusedException e) {
                        return e.reason() + " " + e.code();
                    } catch (SQLException e) {
                        return e.toString();
                    }
                },
                OwnThread.EACH);
        assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
        await().until(() -> pool.snapshot().waiting() == 1);

        var report = pool.close(Duration.ofMillis(100));

        assertThat(waiter.get(5, TimeUnit.SECONDS)).isEqualTo("CLOSED E2005");
        assertThat(report.complete()).isFalse();
        assertThat(report.remaining()).extracting(Lease::operation).containsExactly("slow work");
        assertThat(pool.snapshot().total()).isZero();
        assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.POOL_CLOSED, 1L);
        assertThatThrownBy(() -> selectOne(held)).isInstanceOf(SQLException.class);
        held.close();
        assertThatThrownBy(pool::getConnection).hasMessageStartingWith("Connection pool is closed. [E2005]");
        assertThat(List.of(pool.snapshot().state())).containsExactly(PoolState.CLOSED);
    }
}
