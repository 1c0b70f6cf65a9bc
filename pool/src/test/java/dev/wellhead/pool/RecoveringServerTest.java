// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeCall;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a server that is down, or is coming back, is asked for connections. */
class RecoveringServerTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    private PoolConfig.Builder config() {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .acquireTimeout(Duration.ofSeconds(30))
                .minIdle(0);
    }

    private List<Long> attempts() {
        return driver.calls(FakeOperation.OPEN).stream().map(FakeCall::atNanos).toList();
    }

    private static List<CompletableFuture<Connection>> callers(WellheadDataSource pool, int count) {
        var callers = new ArrayList<CompletableFuture<Connection>>();
        for (int i = 0; i < count; i++) {
            callers.add(Work.async(pool::getConnection));
        }
        return callers;
    }

    /** The most that fell into any span of that length. */
    private static long most(List<Long> times, Duration span) {
        long most = 0;
        for (long from : times) {
            most = Math.max(
                    most,
                    times.stream()
                            .filter(time -> time - from >= 0 && time - from < span.toNanos())
                            .count());
        }
        return most;
    }

    @Test
    void serverThatRefusesIsAskedAtMostElevenTimesASecondHoweverManyWait() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.fail("the database system is starting up", "57P03", 0));
        try (var pool = new WellheadDataSource(config().maxSize(20).build())) {
            var allMayClose = new CountDownLatch(1);
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 200; i++) {
                callers.add(Work.async(() -> {
                    try (var connection = pool.getConnection()) {
                        return allMayClose.await(20, TimeUnit.SECONDS) && !connection.isClosed();
                    }
                }));
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> attempts().size() >= 24);
            // Two begin together; then one at a time, 100 to 200 ms apart at the default createRetryInterval.
            assertThat(most(attempts(), SECOND)).isBetween(5L, 11L);

            // It accepts, a connect taking 100 ms: one more after each that succeeds, and never more than eight at
            // once.
            driver.on(FakeOperation.OPEN, FakeBehavior.slow(Duration.ofMillis(100)));
            long back = System.nanoTime();
            await().atMost(Duration.ofSeconds(2)).until(() -> driver.opened() == 20);
            assertThat(driver.peakOpening()).isLessThanOrEqualTo(8);
            assertThat(most(attempts().stream().filter(at -> at > back).toList(), SECOND))
                    .isLessThanOrEqualTo(20);
            allMayClose.countDown();
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
        }
    }

    @Test
    void serverThatAcceptsEverySecondConnectIsNotStormed() throws Exception {
        var script = new ArrayList<FakeBehavior>();
        for (int i = 0; i < 40; i++) {
            script.add(FakeBehavior.fail("sorry, too many clients already", "53300", 0));
            script.add(FakeBehavior.slow(Duration.ofMillis(50)));
        }
        driver.nextOpens(script.toArray(FakeBehavior[]::new));
        try (var pool = new WellheadDataSource(config().maxSize(10).build())) {
            var callers = callers(pool, 10);
            for (var caller : callers) {
                Work.get(caller);
            }
            // Ten that succeed and at most as many that fail beside them, and a pause after each that fails alone.
            assertThat(attempts()).hasSizeLessThanOrEqualTo(30);
            assertThat(most(attempts(), SECOND)).isLessThanOrEqualTo(25);
            for (var caller : callers) {
                Work.get(caller).close();
            }
        }
    }

    @Test
    void poolsThatFailedTogetherDoNotTryTogether() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.fail("connection refused", "08001", 0));
        var pools = new ArrayList<WellheadDataSource>();
        var callers = new ArrayList<CompletableFuture<Connection>>();
        try {
            for (int i = 0; i < 20; i++) {
                var pool = new WellheadDataSource(config().name("p" + i).build());
                pools.add(pool);
                callers.addAll(callers(pool, 1));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> attempts().size() >= 20 * 8);
            // The first round is together, for that is how the test begins. From the fifth on: 20 pools in step would
            // put 20 attempts into one span of 10 ms and none into the next ten.
            var late = attempts().subList(20 * 5, 20 * 8);
            assertThat(most(late, Duration.ofMillis(10))).isLessThanOrEqualTo(10);
            assertThat(spread(late)).isGreaterThan(Duration.ofMillis(200).toNanos());
        } finally {
            driver.on(FakeOperation.OPEN, FakeBehavior.normal());
            for (var caller : callers) {
                Work.get(caller).close();
            }
            pools.forEach(WellheadDataSource::close);
        }
    }

    private static long spread(List<Long> times) {
        var all = LongStream.of(times.stream().mapToLong(Long::longValue).toArray())
                .summaryStatistics();
        return all.getMax() - all.getMin();
    }
}
