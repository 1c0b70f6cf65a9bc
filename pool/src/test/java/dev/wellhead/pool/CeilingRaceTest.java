// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Many callers of several pools under one ceiling, at random by a seed; all pools are one driver's, which counts.
 *
 * <p>{@code -Dwellhead.stress.millis} and {@code -Dwellhead.stress.seed} as in {@link PoolRaceTest}.
 */
@Tag("stress")
class CeilingRaceTest {

    private static final long MILLIS = Long.getLong("wellhead.stress.millis", 700);
    /** Connections of one pool. */
    private static final int MOST = 6;

    private static final long SEED = Long.getLong("wellhead.stress.seed", 20_262);
    private static final Duration PATIENT = Duration.ofSeconds(30);
    /** A machine that stands still for longer lets a close be late. */
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final AtomicLong served = new AtomicLong();
    private final AtomicLong longestWaitNanos = new AtomicLong();

    @Test
    void morePoolsThanPlacesAreAllServed(TestReporter reporter) throws Exception {
        race(3, 6, 12, RaceDriver.Manners.GOOD, reporter);
    }

    @Test
    void fewBigPoolsShareThePlaces(TestReporter reporter) throws Exception {
        race(8, 3, 16, RaceDriver.Manners.GOOD, reporter);
    }

    @Test
    void driverThatFailsAtRandomLosesNoPlace(TestReporter reporter) throws Exception {
        race(5, 4, 12, new RaceDriver.Manners(100, 50, 20, 50, TimeUnit.MILLISECONDS.toNanos(2)), reporter);
    }

    private void race(int maxTotal, int count, int callers, RaceDriver.Manners manners, TestReporter reporter)
            throws Exception {
        var about = "seed " + SEED + ": ";
        var ceiling = new Ceiling(maxTotal);
        try (var driver = new RaceDriver(SEED, manners)) {
            var pools = new ArrayList<WellheadDataSource>();
            for (int i = 0; i < count; i++) {
                pools.add(ceiling.open(config(driver, i)));
            }
            takeMostPlaces(pools.get(0), maxTotal);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
            var running = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < callers; i++) {
                var random = new SplittableRandom(SEED * 31 + i);
                running.add(Work.async(() -> {
                    while (System.nanoTime() - end < 0) {
                        use(pools.get(random.nextInt(pools.size())), random);
                    }
                    return true;
                }));
            }
            long gap = watch(end);
            for (var one : running) {
                assertThat(one.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
            }
            if (gap < STALL_NANOS) {
                assertThat(driver.mostOpen()).as(about).isLessThanOrEqualTo(maxTotal);
            }
            await(about)
                    .until(() -> pools.stream()
                            .allMatch(pool -> pool.snapshot().active() == 0
                                    && pool.snapshot().opening() == 0
                                    && pool.snapshot().ceiling().orElseThrow().poolsWaiting() == 0));
            await(about).until(() -> ceiling.total() == driver.open());
            long moved = pools.stream()
                    .mapToLong(pool -> pool.snapshot().counters().closed().get(EvictReason.CEILING))
                    .sum();
            assertThat(moved).as(about).isPositive();
            pools.forEach(WellheadDataSource::close);
            await(about).until(() -> ceiling.total() == 0 && driver.open() == 0);
            assertThat(driver.violations()).as(about).isEmpty();
            reporter.publishEntry(
                    "race",
                    about + served + " served, longest wait " + longestWaitNanos.get() / 1_000_000 + " ms, " + moved
                            + " moved, most open " + driver.mostOpen() + " of " + maxTotal);
        }
    }

    private static PoolConfig config(RaceDriver driver, int number) {
        return PoolConfig.builder()
                .name("race" + number)
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(number % 2)
                .maxSize(MOST)
                .admission(Admission.OFF)
                .acquireTimeout(PATIENT)
                .createRetryInterval(Duration.ofMillis(5))
                .housekeeperInterval(Duration.ofMillis(20))
                .idleTimeout(Duration.ofMillis(150))
                .maxLifetime(Duration.ofMillis(300))
                .keepaliveInterval(Duration.ofMillis(50))
                .closeTimeout(Duration.ofMillis(500))
                .build();
    }

    /** From such a start places have to move: shared evenly by chance, they might stay where they are. */
    private static void takeMostPlaces(WellheadDataSource pool, int maxTotal) throws SQLException {
        var held = new ArrayList<Connection>();
        try {
            while (held.size() < Math.min(MOST, maxTotal)) {
                held.add(pool.getConnection());
            }
        } finally {
            for (var connection : held) {
                connection.close();
            }
        }
    }

    private void use(WellheadDataSource pool, SplittableRandom random) throws SQLException {
        long began = System.nanoTime();
        try (var connection = pool.getConnection()) {
            longestWaitNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
            long lease = served.incrementAndGet();
            connection.nativeSQL("claim " + lease);
            try (var statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("at random");
            }
            LockSupport.parkNanos(random.nextLong(2_000_000));
            connection.nativeSQL("free " + lease);
        }
    }

    /** Waits until then; the longest time for which this thread stood still. */
    private static long watch(long end) {
        long longest = 0;
        long before = System.nanoTime();
        while (before - end < 0) {
            LockSupport.parkNanos(1_000_000);
            long now = System.nanoTime();
            longest = Math.max(longest, now - before);
            before = now;
        }
        return longest;
    }
}
