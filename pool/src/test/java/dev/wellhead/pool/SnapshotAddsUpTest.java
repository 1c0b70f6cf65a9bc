// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random work and random orders from many threads; afterwards every number of the snapshot must fit the others. */
class SnapshotAddsUpTest {

    private static final int THREADS = 8;
    private static final int STEPS = 150;
    private static final int MAX_SIZE = 5;

    /** What the callers saw, to be compared with what the pool counted. */
    private static final class Seen {
        final AtomicLong requests = new AtomicLong();
        final AtomicLong served = new AtomicLong();
        final AtomicLong refused = new AtomicLong();
        final AtomicLong released = new AtomicLong();
        final AtomicLong rolledBack = new AtomicLong();
        final AtomicInteger holding = new AtomicInteger();
        final AtomicInteger mostHeld = new AtomicInteger();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 20_261, 77_003})
    void everythingAddsUp(long seed) throws Exception {
        var name = "sums" + seed;
        var seen = new Seen();
        var stop = new AtomicBoolean();
        try (var pool = new WellheadDataSource(Work.config(name)
                .maxSize(MAX_SIZE)
                .minIdle(2)
                .maxWaiting(4)
                .maxUses(9)
                .validateAfterIdle(Duration.ofMillis(20))
                .idleTimeout(Duration.ofMillis(50))
                .maxLifetime(Duration.ofMillis(400))
                .keepaliveInterval(Duration.ofMillis(30))
                .housekeeperInterval(Duration.ofMillis(10))
                .acquireTimeout(Duration.ofMillis(50))
                .build())) {
            var watcher = Work.async(() -> {
                while (!stop.get()) {
                    fitsAtAnyMoment(pool.snapshot());
                }
                return true;
            });
            var threads = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < THREADS; i++) {
                var random = new Random(seed * 31 + i);
                threads.add(Work.async(() -> play(pool, random, seen)));
            }
            for (var thread : threads) {
                assertThat(Work.get(thread)).isTrue();
            }
            stop.set(true);
            assertThat(Work.get(watcher)).isTrue();
            pool.resume();

            await().until(() -> pool.snapshot().active() == 0 && pool.snapshot().waiting() == 0);
            var snapshot = pool.snapshot();
            fitsAtAnyMoment(snapshot);
            var counters = snapshot.counters();
            assertThat(snapshot.requests()).isEqualTo(seen.requests.get());
            assertThat(counters.direct() + counters.waited()).isEqualTo(seen.served.get());
            assertThat(counters.refusedTotal()).isEqualTo(seen.refused.get());
            assertThat(counters.released()).isEqualTo(seen.released.get());
            assertThat(counters.rolledBack()).isEqualTo(seen.rolledBack.get());
            assertThat(counters.errors()).isZero();
            assertThat(seen.mostHeld.get()).isLessThanOrEqualTo(MAX_SIZE);
            await().until(() -> {
                var now = pool.snapshot();
                return now.opening() == 0
                        && Work.sessions(PostgresServer.shared(), name).size() == now.total();
            });
            pool.close();
            fitsAtAnyMoment(pool.snapshot());
            assertThat(pool.snapshot().total()).isZero();
        }
        await().until(() -> Work.sessions(PostgresServer.shared(), name).isEmpty());
    }

    @Test
    void serverNeverSeesMoreThanMaxSizeSessionsUnderLoad() throws Exception {
        var stop = new AtomicBoolean();
        try (var pool = new WellheadDataSource(
                Work.config("bounded").maxSize(MAX_SIZE).minIdle(2).build())) {
            var most = Work.async(() -> {
                int seen = 0;
                while (!stop.get()) {
                    seen = Math.max(
                            seen,
                            Work.sessions(PostgresServer.shared(), "bounded").size());
                }
                return seen;
            });
            var threads = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 4 * MAX_SIZE; i++) {
                threads.add(Work.async(() -> {
                    for (int round = 0; round < 100; round++) {
                        Work.pid(pool);
                    }
                    return true;
                }));
            }
            for (var thread : threads) {
                assertThat(Work.get(thread)).isTrue();
            }
            await().until(() -> pool.snapshot().opening() == 0);
            stop.set(true);
            assertThat(Work.get(most)).isBetween(1, MAX_SIZE);
            assertThat(pool.snapshot().counters().opened())
                    .isEqualTo(pool.snapshot().total());
        }
    }

    private static void fitsAtAnyMoment(PoolSnapshot snapshot) {
        var counters = snapshot.counters();
        assertThat(snapshot.total())
                .isBetween(0, MAX_SIZE)
                .isEqualTo(snapshot.active() + snapshot.idle() + snapshot.validating());
        assertThat(counters.opened()).isEqualTo(snapshot.total() + counters.closedTotal());
        assertThat(snapshot.healthy()).isBetween(0, snapshot.total());
        assertThat(snapshot.peakActive()).isBetween(snapshot.active(), MAX_SIZE);
        assertThat(snapshot.meanActive()).isBetween(0.0, (double) MAX_SIZE);
        assertThat(counters.refused()).hasSize(RefusalReason.values().length);
        assertThat(counters.closed()).hasSize(EvictReason.values().length);
        assertThat(snapshot.utilizationPercent()).isBetween(0.0, 100.0);
        assertThat(snapshot.waiting() == 0).isEqualTo(snapshot.oldestWait().isZero());
    }

    private static boolean play(WellheadDataSource pool, Random random, Seen seen) throws SQLException {
        var held = new ArrayDeque<Connection>();
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 55) {
                acquire(pool, random, seen, held);
            } else if (dice < 92) {
                release(held.poll(), seen);
            } else if (dice < 95) {
                pool.evictAll();
            } else if (dice < 97) {
                pool.reset();
            } else if (dice < 98) {
                pool.pause();
            } else {
                pool.resume();
            }
        }
        while (!held.isEmpty()) {
            release(held.poll(), seen);
        }
        return true;
    }

    private static void acquire(WellheadDataSource pool, Random random, Seen seen, ArrayDeque<Connection> held)
            throws SQLException {
        seen.requests.incrementAndGet();
        Connection connection;
        try {
            connection = random.nextBoolean()
                    ? pool.getConnection("step")
                    : pool.getConnection("step", Duration.ofMillis(random.nextInt(20)));
        } catch (AcquireRefusedException e) {
            seen.refused.incrementAndGet();
            return;
        }
        seen.served.incrementAndGet();
        seen.mostHeld.accumulateAndGet(seen.holding.incrementAndGet(), Math::max);
        held.add(connection);
        switch (random.nextInt(4)) {
            case 0 -> Work.pid(connection);
            case 1 -> {
                connection.setAutoCommit(false);
                Work.pid(connection);
                seen.rolledBack.incrementAndGet();
            }
            default -> {}
        }
    }

    private static void release(@Nullable Connection connection, Seen seen) throws SQLException {
        if (connection != null) {
            seen.holding.decrementAndGet();
            connection.close();
            seen.released.incrementAndGet();
        }
    }
}
