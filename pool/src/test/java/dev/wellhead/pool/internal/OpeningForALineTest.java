// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeCall;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import dev.wellhead.testkit.ManualClock;
import dev.wellhead.testkit.OwnThread;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many connections are opened for callers in line. A connect takes 150 ms of a clock that the test turns. */
class OpeningForALineTest {

    private static final long THIRTY_SECONDS = TimeUnit.SECONDS.toNanos(30);
    private static final Duration CONNECT = Duration.ofMillis(150);

    private final ManualClock clock = new ManualClock();
    private final FakeDriver driver = FakeDriver.create();
    private final List<Pool> pools = new ArrayList<>();

    @AfterEach
    void close() {
        driver.release();
        pools.forEach(pool -> pool.close(0));
        driver.close();
    }

    private Pool open(Duration retryInterval, int minIdle, LongSupplier nanos) {
        var config = PoolConfig.builder()
                .name("opening")
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(minIdle)
                .maxSize(20)
                .createRetryInterval(retryInterval)
                .connectTimeout(Duration.ofMinutes(10))
                .housekeeperInterval(Duration.ofMinutes(10))
                .build();
        var pool = Pool.open(config, List.of(), nanos, () -> nanos.getAsLong() / 1_000_000);
        pools.add(pool);
        return pool;
    }

    private static CompletableFuture<Connection> acquire(Pool pool) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return pool.acquire("", THIRTY_SECONDS);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                OwnThread.EACH);
    }

    private static void joins(Pool pool, int callers) {
        for (int i = 0; i < callers; i++) {
            assertThat(acquire(pool)).isNotNull();
        }
        await().until(() -> pool.line().size() == callers);
    }

    private static int opening(Pool pool) {
        return pool.snapshot().opening();
    }

    /** A pool with one connection, which is held, and which took 150 ms to open. */
    private Pool withOneHeld() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.hang());
        var pool = open(Duration.ofMillis(100), 0, clock::nanos);
        var first = acquire(pool);
        await().until(() -> driver.calls(FakeOperation.OPEN).size() == 1);
        clock.advance(CONNECT);
        driver.release();
        assertThat(first.get(10, TimeUnit.SECONDS)).isNotNull();
        return pool;
    }

    @Test
    void emptyPoolOpensForEachAtOnce() {
        driver.on(FakeOperation.OPEN, FakeBehavior.hang());
        var pool = open(Duration.ofMillis(100), 0, clock::nanos);
        joins(pool, 2);
        await().until(() -> opening(pool) == 2);
    }

    @Test
    void burstOpensOneUntilItHasWaitedForAQuarterOfTheUsualConnect() throws Exception {
        var pool = withOneHeld();
        joins(pool, 10);
        pool.serve();
        assertThat(opening(pool)).isEqualTo(1);

        clock.advance(CONNECT.dividedBy(4).minusNanos(1));
        pool.serve();
        assertThat(opening(pool)).isEqualTo(1);

        clock.advance(Duration.ofNanos(1));
        pool.serve();
        assertThat(opening(pool)).isEqualTo(4);
    }

    @Test
    void patienceEndsByItselfAndDoesNotNeedACaller() throws Exception {
        var pool = withOneHeld();
        joins(pool, 10);
        clock.advance(CONNECT);
        await().atMost(Duration.ofSeconds(5)).until(() -> opening(pool) == 4);
    }

    @Test
    void oneThatFailsIsFollowedByAnotherWithinTheRetryIntervalWhileSomebodyWaits() throws Exception {
        var interval = Duration.ofMillis(50);
        var pool = open(interval, 0, System::nanoTime);
        assertThat(acquire(pool).get(10, TimeUnit.SECONDS)).isNotNull();
        driver.on(FakeOperation.OPEN, FakeBehavior.fail("no", "08001", 0));
        var second = acquire(pool);
        var third = acquire(pool);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> driver.calls(FakeOperation.OPEN).size() >= 20);
        assertThat(second).isNotDone();
        assertThat(third).isNotDone();
        assertThat(medianGap(driver.calls(FakeOperation.OPEN))).isLessThan(interval.plusMillis(10));
    }

    private static Duration medianGap(List<FakeCall> opens) {
        var gaps = new ArrayList<Duration>();
        for (int i = 2; i < opens.size(); i++) {
            gaps.add(Duration.ofNanos(opens.get(i).atNanos() - opens.get(i - 1).atNanos()));
        }
        gaps.sort(null);
        return gaps.get(gaps.size() / 2);
    }

    @Test
    void idleOnesThatAreInUseAreReplacedOnlyWhenTheyAreMissingAtTwoPasses() throws Exception {
        var pool = open(Duration.ofMillis(100), 3, clock::nanos);
        var held = new ArrayList<Connection>();
        held.add(acquire(pool).get(10, TimeUnit.SECONDS));
        await().until(() -> pool.snapshot().total() == 3 && opening(pool) == 0);
        held.add(pool.acquire("", THIRTY_SECONDS));
        held.add(pool.acquire("", THIRTY_SECONDS));

        pool.serve();
        pool.keepIdle();
        assertThat(opening(pool)).isZero();
        assertThat(pool.snapshot().total()).isEqualTo(3);

        pool.keepIdle();
        await().until(() -> pool.snapshot().idle() == 3 && pool.snapshot().total() == 6);
        for (var connection : held) {
            connection.close();
        }
        pool.keepIdle();
        pool.keepIdle();
        assertThat(pool.snapshot().total()).isEqualTo(6);
    }
}
