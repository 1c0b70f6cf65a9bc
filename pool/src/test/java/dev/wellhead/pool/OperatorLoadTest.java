// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** What operators do while eight threads use the pool, on the real server. */
class OperatorLoadTest {

    private static final int CALLERS = 8;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final LongAdder calls = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Queue<Throwable> failed = new ConcurrentLinkedQueue<>();

    private CompletableFuture<Boolean> caller(WellheadDataSource pool) {
        return Work.async(() -> {
            while (!stop.get()) {
                try (var connection = pool.getConnection()) {
                    Work.value(connection, "SELECT 1");
                    calls.increment();
                } catch (AcquireRefusedException e) {
                    refused.increment();
                    if (e.reason() != RefusalReason.CLOSED) {
                        failed.add(e);
                    }
                    await().until(() -> stop.get() || pool.snapshot().state() != PoolState.DRAINING);
                } catch (SQLException e) {
                    failed.add(e);
                }
            }
            return true;
        });
    }

    private void underLoad(WellheadDataSource pool, Together.Act act) throws Exception {
        var callers = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(caller(pool));
        }
        try {
            act.run();
        } finally {
            stop.set(true);
            callers.forEach(Work::get);
        }
        assertThat(failed).isEmpty();
    }

    private void awaitCalls(int more) {
        long before = calls.sum();
        await().until(() -> calls.sum() >= before + more);
    }

    @Test
    void pauseResetResizeDrainAndResumeFailNobody() throws Exception {
        var config = Work.config("opload").maxSize(6).minIdle(2).build();
        try (var pool = new WellheadDataSource(config)) {
            underLoad(pool, () -> {
                for (int round = 0; round < 10; round++) {
                    awaitCalls(50);
                    pool.pause();
                    await().until(() ->
                            pool.snapshot().active() == 0 && pool.snapshot().waiting() == CALLERS);
                    pool.resume();
                    awaitCalls(50);
                    pool.reset();
                    awaitCalls(50);
                    pool.reconfigure(config.toBuilder().maxSize(2).build());
                    await().until(() -> pool.snapshot().total() <= 2);
                    awaitCalls(50);
                    pool.reconfigure(config);
                    awaitCalls(50);
                    var report = pool.drain(Duration.ofSeconds(10));
                    assertThat(report.complete()).isTrue();
                    assertThat(report.remaining()).isEmpty();
                    assertThat(pool.snapshot().active()).isZero();
                    pool.resume();
                }
            });
            assertThat(refused.sum()).isPositive();
        }
        await().until(() -> Work.sessions(PostgresServer.shared(), "opload").isEmpty());
    }

    @Test
    void closeUnderLoadRefusesNewcomersAndLeavesNothingOpen() throws Exception {
        var pool = new WellheadDataSource(Work.config("closeload").maxSize(6).build());
        underLoad(pool, () -> {
            awaitCalls(200);
            pool.close();
            assertThat(pool.snapshot().active()).isZero();
            assertThat(pool.snapshot().state()).isEqualTo(PoolState.CLOSED);
        });
        assertThatThrownBy(pool::getConnection)
                .isInstanceOfSatisfying(
                        AcquireRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.CLOSED));
        await().until(() -> Work.sessions(PostgresServer.shared(), "closeload").isEmpty());
    }

    @Test
    void resizeBelowWhatIsInUseCutsNoLease() throws Exception {
        var config = Work.config("below").maxSize(4).build();
        try (var pool = new WellheadDataSource(config)) {
            var first = pool.getConnection();
            var second = pool.getConnection();
            var third = pool.getConnection();
            pool.reconfigure(config.toBuilder().maxSize(1).build());
            assertThat(pool.snapshot().active()).isEqualTo(3);
            assertThat(pool.snapshot().maxSize()).isEqualTo(1);
            assertThat(Work.pid(first)).isPositive();
            assertThat(Work.pid(second)).isPositive();
            assertThat(Work.pid(third)).isPositive();
            first.close();
            second.close();
            third.close();
            assertThat(pool.snapshot().total()).isEqualTo(1);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.POOL_SHRUNK, 2L);
            assertThat(Work.pid(pool)).isPositive();
        }
    }

    @Test
    void closeCancelsWhatStillRunsOnTheServer() throws Exception {
        var server = PostgresServer.shared();
        var pool = new WellheadDataSource(
                Work.config("cancel").closeTimeout(Duration.ofMillis(200)).build());
        var running = Work.async(() -> {
            try (var connection = pool.getConnection("nightly report")) {
                return Work.value(connection, "SELECT pg_sleep(60)");
            } catch (SQLException e) {
                return String.valueOf(e.getSQLState());
            }
        });
        await().until(() -> server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cancel'"
                        + " AND state = 'active' AND query LIKE '%pg_sleep%'")
                .get(0)
                .equals("1"));
        long began = System.nanoTime();
        pool.close();
        assertThat(Work.since(began)).isLessThan(Duration.ofSeconds(3));
        // 57014: cancelled, which the server has heard; an abort alone would leave it at work.
        assertThat(Work.get(running)).isEqualTo("57014");
        await().until(() -> Work.sessions(server, "cancel").isEmpty());
    }

    @Test
    void resumeCannotUndoACloseThatHasBegun() throws Exception {
        var pool = new WellheadDataSource(
                Work.config("undo").closeTimeout(Duration.ofSeconds(10)).build());
        var lease = pool.getConnection();
        var closing = Work.async(() -> {
            pool.close();
            return true;
        });
        await().until(() -> pool.snapshot().state() == PoolState.DRAINING);
        pool.resume();
        assertThat(pool.snapshot().state()).isEqualTo(PoolState.DRAINING);
        assertThatThrownBy(pool::getConnection).isInstanceOf(AcquireRefusedException.class);
        lease.close();
        assertThat(Work.get(closing)).isTrue();
        pool.resume();
        assertThat(pool.snapshot().state()).isEqualTo(PoolState.CLOSED);
    }

    @Test
    void resumeEndsADrainThatIsUnderWay() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("enddrain").build());
                var lease = pool.getConnection()) {
            var drain = Work.async(() -> pool.drain(Duration.ofSeconds(15)));
            await().until(() -> pool.snapshot().state() == PoolState.DRAINING);
            pool.resume();
            var report = Work.get(drain);
            assertThat(report.complete()).isFalse();
            assertThat(report.took()).isLessThan(Duration.ofSeconds(10));
            assertThat(Work.pid(lease)).isPositive();
            assertThat(Work.pid(pool)).isPositive();
        }
    }
}
