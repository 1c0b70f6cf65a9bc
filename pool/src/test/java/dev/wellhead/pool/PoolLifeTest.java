// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How a pool fills, shrinks and keeps the order of its connections while they are renewed. */
class PoolLifeTest {

    private final FakeDriver driver = FakeDriver.create();
    private final Events events = new Events();

    @AfterEach
    void close() {
        driver.close();
    }

    private PoolConfig.Builder config() {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .maxSize(8)
                .minIdle(0)
                .idleTimeout(Duration.ZERO)
                .housekeeperInterval(Duration.ofMillis(20))
                .keepaliveInterval(Duration.ZERO);
    }

    private static List<Connection> acquire(WellheadDataSource pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.getConnection());
        }
        return held;
    }

    /** One after the other, seen to be so: the pool takes what became idle within 100 ms for alike. */
    private static void release(List<Connection> held) throws SQLException {
        for (var connection : held) {
            connection.close();
            await().pollDelay(Duration.ofMillis(150)).until(() -> true);
        }
    }

    private static void awaitAtMost200Ms(CountDownLatch latch) {
        try {
            latch.await(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The connections of the last acquires, in their order. */
    private List<Long> lastAcquired(int count) {
        var all = events.of(PoolEvent.Acquired.class);
        return all.subList(all.size() - count, all.size()).stream()
                .map(PoolEvent.Acquired::connectionId)
                .toList();
    }

    @Test
    void minIdleIsFilledInParallelAtStart() {
        driver.on(FakeOperation.OPEN, FakeBehavior.slow(Duration.ofMillis(200)));
        try (var pool = new WellheadDataSource(config().minIdle(8).build())) {
            await().until(() -> pool.snapshot().idle() == 8);
            // One by the start, then two, and with the success of these the other five.
            assertThat(driver.peakOpening()).isGreaterThanOrEqualTo(4);
            assertThat(driver.opened()).isEqualTo(8);
        }
    }

    /** Whoever reads the log backwards sees the end of a pool last; a hundred pools, since the workers race with the close. */
    @Test
    void aPoolSaysThatItIsClosedAfterEachOfItsConnections() throws Exception {
        for (int round = 0; round < 100; round++) {
            var name = "last-" + round;
            try (var logs = Logs.of(name)) {
                var pool = new WellheadDataSource(config().name(name).maxSize(4).build());
                for (var connection : acquire(pool, 4)) {
                    connection.close();
                }
                pool.close();
                assertThat(logs.lines(""))
                        .hasSizeGreaterThanOrEqualTo(6)
                        .last()
                        .asString()
                        .startsWith("pool closed ");
                assertThat(logs.lines("connection closed ")).hasSize(4);
            }
        }
    }

    @Test
    void aPoolSaysThatItIsClosedAfterALineThatIsSlowToBeWritten() throws Exception {
        var isClosed = new CountDownLatch(1);
        var slow = new UnsynchronizedAppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().startsWith("nested acquire")) {
                    awaitAtMost200Ms(isClosed);
                }
            }
        };
        slow.start();
        driver.on(FakeOperation.OPEN, FakeBehavior.slow(Duration.ofMillis(50)));
        var logger = (Logger) LoggerFactory.getLogger("dev.wellhead.pool");
        logger.addAppender(slow);
        try (var logs = Logs.of("slow-line")) {
            var pool =
                    new WellheadDataSource(config().name("slow-line").maxSize(2).build());
            for (var connection : acquire(pool, 2)) {
                connection.close();
            }
            pool.close();
            isClosed.countDown();
            await().until(() -> logs.lines("nested acquire").size() == 1);
            assertThat(logs.lines("")).last().asString().startsWith("pool closed ");
        } finally {
            logger.detachAppender(slow);
            slow.stop();
        }
    }

    @Test
    void lightLoadUsesOneConnectionSoThatTheOthersEnd() throws Exception {
        try (var pool = new WellheadDataSource(
                config().idleTimeout(Duration.ofSeconds(1)).build(), events)) {
            release(acquire(pool, 5));
            await().until(() -> events.of(PoolEvent.Acquired.class).size() == 5);
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                pool.getConnection().close();
                return pool.snapshot().total() == 1;
            });
            var counters = pool.snapshot().counters();
            long acquires = counters.direct() + counters.waited();
            await().until(() -> events.of(PoolEvent.Acquired.class).size() == acquires);
            assertThat(acquires).isGreaterThan(10);
            assertThat(new HashSet<>(lastAcquired((int) acquires - 5))).hasSize(1);
            assertThat(counters.closed()).containsEntry(EvictReason.IDLE_TIMEOUT, 4L);
            assertThat(driver.opened()).isEqualTo(5);
        }
    }

    @Test
    void lifetimesEndSpreadOverTheJitterAndNoneLater() throws Exception {
        var lifetime = Duration.ofMillis(1_200);
        try (var pool = new WellheadDataSource(
                config().maxSize(20)
                        .maxLifetime(lifetime)
                        .maxLifetimeJitter(0.5)
                        .build(),
                events)) {
            for (var connection : acquire(pool, 20)) {
                connection.close();
            }
            // Those that take their places end in their turn.
            await().until(() -> events.evicted(EvictReason.MAX_LIFETIME).size() >= 20);

            var opened = new HashMap<Long, Long>();
            var ages = new ArrayList<Long>();
            for (var told : events.told()) {
                if (told.event() instanceof PoolEvent.Opened event) {
                    opened.put(event.connectionId(), told.nanos());
                } else if (told.event() instanceof PoolEvent.Evicted event) {
                    var born = opened.get(event.connectionId());
                    assertThat(born)
                            .as("opened event of connection " + event.connectionId())
                            .isNotNull();
                    ages.add((told.nanos() - born) / 1_000_000);
                }
            }
            // 20 values uniform over 600 ms: a range below 150 ms comes once in 10^9 runs.
            assertThat(ages).allMatch(age -> age >= 590 && age <= 1_200 + 500);
            assertThat(ages.stream().mapToLong(Long::longValue).max().orElse(0)
                            - ages.stream().mapToLong(Long::longValue).min().orElse(0))
                    .isGreaterThan(150);
        }
    }

    @Test
    void idlePoolShrinksThoughItsConnectionsAreRenewedMeanwhile() throws Exception {
        try (var pool = new WellheadDataSource(config().minIdle(1)
                .idleTimeout(Duration.ofMillis(2_500))
                .maxLifetime(Duration.ofMillis(600))
                .maxLifetimeJitter(0.5)
                .build())) {
            release(acquire(pool, 4));
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.IDLE_TIMEOUT) >= 3
                    && pool.snapshot().total() == 1);
            // Each had been renewed before its time was over, which would have begun anew.
            assertThat(pool.snapshot().counters().closed().get(EvictReason.MAX_LIFETIME))
                    .isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void successorOfAnIdleConnectionStandsWhereThatOneStood() throws Exception {
        int uses = 100;
        var config = config().maxUses(2_000_000_000)
                .maxLifetimeJitter(0)
                .validateAfterIdle(Duration.ofMinutes(1))
                .build();
        try (var pool = new WellheadDataSource(config, events)) {
            for (int i = 0; i < uses; i++) {
                pool.getConnection().close();
            }
            var held = acquire(pool, 3);
            await().until(() -> events.of(PoolEvent.Acquired.class).size() == uses + 3);
            var before = lastAcquired(3);
            // The one that is used up is the first to go back, and so the last to be taken.
            release(held);
            pool.reconfigure(config.toBuilder().maxUses(uses + 2).build());
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.MAX_USES) == 1
                    && pool.snapshot().idle() == 3);

            var again = acquire(pool, 3);
            await().until(() -> events.of(PoolEvent.Acquired.class).size() == uses + 6);
            var after = lastAcquired(3);
            assertThat(after.subList(0, 2)).containsExactly(before.get(2), before.get(1));
            assertThat(after.get(2)).isNotIn(before);
            release(again);
        }
    }
}
