// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.OwnThread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Small crowds, many times over: after a round nobody releases any more, so that a wake-up that was lost leaves a caller
 * in line beside an idle connection, where no later release, no housekeeper and no opener finds it.
 */
class WakeUpStressTest {

    private static final int ROUNDS = 3_000;
    private static final int CALLERS = 6;
    private static final int CONNECTIONS = 2;
    private static final long LOST_AFTER_NANOS = TimeUnit.SECONDS.toNanos(20);

    @Test
    void everyRoundEndsAlsoWhenCallersGiveUpInBetween() throws Exception {
        long seed = new Random().nextLong();
        try (var driver = FakeDriver.create()) {
            var config = PoolConfig.builder()
                    .name("stress")
                    .jdbcUrl(driver.url())
                    .minIdle(CONNECTIONS)
                    .maxSize(CONNECTIONS)
                    .housekeeperInterval(Duration.ofMinutes(10))
                    .build();
            var pool = Pool.open(config, List.of());
            try {
                var barrier = new CyclicBarrier(CALLERS);
                // Whoever fails takes the others along at the barrier; what counts is what the first one met.
                var failed = new AtomicReference<Throwable>();
                var callers = new ArrayList<CompletableFuture<Void>>();
                for (int i = 0; i < CALLERS; i++) {
                    var random = new Random(seed + i);
                    callers.add(
                            CompletableFuture.runAsync(() -> rounds(pool, barrier, random, failed), OwnThread.EACH));
                }
                assertThat(CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)))
                        .as("seed %d", seed)
                        .succeedsWithin(Duration.ofMinutes(2));
                assertThat(failed.get()).as("seed %d", seed).isNull();
                assertThat(pool.line().size()).isZero();
                assertThat(pool.leases()).isEmpty();
                var counters = pool.snapshot().counters();
                assertThat(counters.direct() + counters.waited()).isEqualTo(counters.released());
                assertThat(driver.peakOpen()).isLessThanOrEqualTo(CONNECTIONS);
            } finally {
                pool.close(0);
            }
        }
    }

    private static void rounds(Pool pool, CyclicBarrier barrier, Random random, AtomicReference<Throwable> failed) {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                barrier.await(60, TimeUnit.SECONDS);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    one(pool, random);
                }
            }
        } catch (Throwable t) {
            failed.compareAndSet(null, t);
            barrier.reset();
        }
    }

    private static void one(Pool pool, Random random) throws SQLException, TimeoutException {
        boolean isHasty = random.nextInt(3) == 0;
        if (random.nextInt(20) == 0) {
            Thread.currentThread().interrupt();
        }
        try (var connection = pool.acquire("", isHasty ? random.nextInt(60_000) : LOST_AFTER_NANOS)) {
            assertThat(connection).isNotNull();
            spin(random.nextInt(40_000));
        } catch (AcquireRefusedException e) {
            if (e.reason() == RefusalReason.TIMEOUT && !isHasty) {
                throw new TimeoutException("a wake-up was lost: " + e.getMessage());
            }
        } finally {
            // An interrupt is of this acquire only.
            Thread.interrupted();
        }
    }

    private static void spin(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
