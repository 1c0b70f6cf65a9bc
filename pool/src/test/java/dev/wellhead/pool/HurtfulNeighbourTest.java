// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all pools of the process share stays good for everybody, whatever one pool's driver or listener does. */
class HurtfulNeighbourTest {

    private static final int NEIGHBOURS = 8;
    private static final int HANGING = 64;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final FakeDriver good = FakeDriver.create();

    @AfterEach
    void close() {
        good.close();
    }

    private static PoolConfig.Builder config(FakeDriver driver) {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .closeTimeout(Duration.ofMillis(20));
    }

    private static Duration use(WellheadDataSource pool) throws SQLException {
        long began = System.nanoTime();
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        return Work.since(began);
    }

    /** Opens, validates, closes and keeps time, all of it within a second. */
    private static void everythingWorks(FakeDriver driver) throws Exception {
        try (var pool = new WellheadDataSource(config(driver)
                .validateAfterIdle(Duration.ZERO)
                .idleTimeout(Duration.ofMillis(20))
                .housekeeperInterval(Duration.ofMillis(5))
                .build())) {
            for (int i = 0; i < 5; i++) {
                assertThat(use(pool)).isLessThan(SOON);
            }
            await().atMost(SOON).until(() -> pool.snapshot().total() == 0 && driver.openNow() == 0);
            assertThat(use(pool)).isLessThan(SOON);
        }
    }

    @Test
    void eightPoolsWhoseConnectsHangDoNotStopANinth() throws Exception {
        var drivers = Stream.generate(FakeDriver::create).limit(NEIGHBOURS).toList();
        var pools = new ArrayList<WellheadDataSource>();
        var waiting = new ArrayList<CompletableFuture<Duration>>();
        try {
            for (var driver : drivers) {
                driver.on(FakeOperation.OPEN, FakeBehavior.hang());
                var pool = new WellheadDataSource(config(driver)
                        .acquireTimeout(Duration.ofSeconds(60))
                        .connectTimeout(Duration.ofMillis(5))
                        .createRetryInterval(Duration.ofMillis(1))
                        .build());
                pools.add(pool);
                waiting.add(Work.async(() -> use(pool)));
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> drivers.stream().allMatch(driver -> driver.peakOpening() >= HANGING));

            everythingWorks(good);

            // And each of them is back as soon as its database is, though what hung still hangs.
            for (var driver : drivers) {
                driver.on(FakeOperation.OPEN, FakeBehavior.normal());
            }
            for (var one : waiting) {
                assertThat(Work.get(one)).isLessThan(Duration.ofSeconds(60));
            }
        } finally {
            drivers.forEach(FakeDriver::close);
            pools.forEach(WellheadDataSource::close);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VALIDATE", "CLOSE", "ABORT", "ROLLBACK"})
    void poolsWhoseDriverHangsDoNotStopANinth(FakeOperation operation) throws Exception {
        var drivers = Stream.generate(FakeDriver::create).limit(NEIGHBOURS).toList();
        var pools = new ArrayList<WellheadDataSource>();
        try {
            for (var driver : drivers) {
                var pool = new WellheadDataSource(config(driver)
                        .maxSize(80)
                        .validateAfterIdle(Duration.ZERO)
                        .build());
                pools.add(pool);
                var held = new ArrayList<java.sql.Connection>();
                for (int i = 0; i < 80; i++) {
                    held.add(pool.getConnection());
                }
                driver.on(operation, FakeBehavior.hang());
                if (operation == FakeOperation.ABORT) {
                    driver.on(FakeOperation.CLOSE, FakeBehavior.hang());
                }
                for (var connection : held) {
                    if (operation != FakeOperation.ROLLBACK) {
                        connection.close();
                    }
                }
                pool.evictAll();
                var unused = Work.async(() -> use(pool));
            }
            everythingWorks(good);
        } finally {
            drivers.forEach(FakeDriver::close);
            pools.forEach(WellheadDataSource::close);
        }
    }

    @Test
    void listenerThatBlocksDelaysNeitherCallersNorTimersNorOtherListeners() throws Exception {
        var release = new CountDownLatch(1);
        var entered = new AtomicInteger();
        var others = new Events();
        try (var pool = new WellheadDataSource(
                config(good).maxUses(7).build(),
                event -> {
                    entered.incrementAndGet();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                others)) {
            for (int i = 0; i < 50; i++) {
                assertThat(use(pool)).isLessThan(SOON);
            }
            await().until(() -> others.of(PoolEvent.Released.class).size() == 50);
            assertThat(entered).hasValue(1);
            try (var neighbour = FakeDriver.create()) {
                everythingWorks(neighbour);
            }
            long began = System.nanoTime();
            pool.close();
            assertThat(Work.since(began)).isLessThan(Duration.ofSeconds(2));
        } finally {
            release.countDown();
        }
    }

    @Test
    void listenerThatIsFarBehindLosesTheNewestEventsAndNoMemory() throws Exception {
        var release = new CountDownLatch(1);
        var heard = new AtomicInteger();
        try (var pool = new WellheadDataSource(config(good).build(), event -> {
            heard.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })) {
            for (int i = 0; i < 6_000; i++) {
                pool.getConnection().close();
            }
            assertThat(heard.get()).isLessThanOrEqualTo(1);
            release.countDown();
            // Of 12,001 events, those that one mailbox holds.
            await().until(() -> heard.get() >= 10_000);
            pool.getConnection().close();
            await().until(() -> heard.get() >= 10_002);
            assertThat(heard.get()).isLessThanOrEqualTo(10_003);
        } finally {
            release.countDown();
        }
    }
}
