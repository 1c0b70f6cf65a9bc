// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeDriver;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an acquire that waits for nobody leaves out weakens nothing. */
class FastPathTest {

    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Pattern CONNECTION_NUMBER = Pattern.compile("\\(connection (\\d+)\\)");

    private final FakeDriver driver = FakeDriver.create();

    private PoolConfig.Builder config() {
        return PoolConfig.builder().name("fast").jdbcUrl(driver.url()).minIdle(0);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static void use(WellheadDataSource pool, int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            pool.getConnection().close();
        }
    }

    /** What the handle tells without being used. */
    private static int number(Connection connection) {
        var found = CONNECTION_NUMBER.matcher(connection.toString());
        assertThat(found.find()).isTrue();
        return Integer.parseInt(found.group(1));
    }

    @Test
    void leasesThatWereNotUsedCountForMaxUses() throws Exception {
        try (var pool = new WellheadDataSource(config().maxUses(3).maxSize(1).build())) {
            use(pool, 7);
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.MAX_USES) == 2);
            assertThat(driver.opened()).isEqualTo(3);
        }
    }

    @Test
    void aConnectionEvictedWhileItIsHeldLeavesThoughItWasNotUsed() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            var held = pool.getConnection();
            int before = number(held);
            pool.evictAll();
            held.close();
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.REQUESTED) == 1);
            try (var next = pool.getConnection()) {
                assertThat(number(next)).isNotEqualTo(before);
            }
        }
    }

    @Test
    void handsNoConnectionToTwoAndCountsEachLease() throws Exception {
        int threads = 8;
        int each = 50_000;
        try (var pool = new WellheadDataSource(config().maxSize(4).build())) {
            var held = new AtomicIntegerArray(5);
            var done = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < threads; i++) {
                done.add(Work.async(() -> {
                    for (int lease = 0; lease < each; lease++) {
                        try (var connection = pool.getConnection()) {
                            int number = number(connection);
                            assertThat(held.incrementAndGet(number)).isOne();
                            held.decrementAndGet(number);
                        }
                    }
                    return null;
                }));
            }
            done.forEach(Work::get);

            var snapshot = pool.snapshot();
            assertThat(snapshot.counters().direct() + snapshot.counters().waited())
                    .isEqualTo((long) threads * each);
            assertThat(snapshot.counters().released()).isEqualTo((long) threads * each);
            assertThat(snapshot.active()).isZero();
            assertThat(driver.peakOpen()).isLessThanOrEqualTo(4);
        }
    }

    /** One closes and acquires again at once, while the other is still closing the handle of the lease before. */
    @Test
    void closingTwiceAtOnceDoesNotEndTheNextLease() throws Exception {
        int rounds = 3_000;
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            var handles = new Connection[1];
            var start = new CyclicBarrier(2);
            var end = new CyclicBarrier(2);
            var other = Work.async(() -> {
                for (int round = 0; round < rounds; round++) {
                    start.await();
                    handles[0].close();
                    end.await();
                }
                return null;
            });
            for (int round = 0; round < rounds; round++) {
                handles[0] = pool.getConnection();
                start.await();
                handles[0].close();
                var next = pool.getConnection();
                end.await();
                assertThat(pool.snapshot().active()).isOne();
                assertThatThrownBy(() -> pool.getConnection("none left", Duration.ZERO))
                        .isInstanceOf(AcquireRefusedException.class);
                next.close();
            }
            Work.get(other);
            assertThat(pool.snapshot().counters().released()).isEqualTo(2L * rounds);
        }
    }

    @Test
    void withoutLeasesNothingIsNotedAndAllIsCounted() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config().leases(false)
                        .maxSize(1)
                        .leakThreshold(OFTEN)
                        .housekeeperInterval(OFTEN)
                        .build(),
                events)) {
            var held = pool.getConnection("report");
            await().during(Duration.ofMillis(300))
                    .until(() -> events.of(PoolEvent.LeakSuspected.class).isEmpty());
            assertThat(pool.leases()).isEmpty();
            assertThatThrownBy(() -> pool.getConnection("late", OFTEN)).hasMessageNotContaining("report");
            held.close();
            use(pool, 9);

            var counters = pool.snapshot().counters();
            assertThat(counters.direct()).isEqualTo(10);
            assertThat(counters.released()).isEqualTo(10);
        }
    }

    @Test
    void withoutStatisticsTimesAreLeftOutAndCountsAreNot() throws Exception {
        for (boolean keeps : List.of(true, false)) {
            try (var pool = new WellheadDataSource(config().statistics(keeps).build())) {
                try (var held = pool.getConnection("slow work")) {
                    await().until(() -> pool.leases().get(0).held().compareTo(OFTEN.multipliedBy(2)) > 0);
                    assertThat(held.isClosed()).isFalse();
                }
                var snapshot = pool.snapshot();
                assertThat(snapshot.meanUse().isZero()).isEqualTo(!keeps);
                assertThat(snapshot.counters().direct()).isOne();
                assertThat(snapshot.counters().released()).isOne();
            }
        }
    }

    @Test
    void keepsNothingInThreads() throws Exception {
        var classes = Path.of(WellheadDataSource.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (var files = Files.walk(classes)) {
            var all = files.filter(file -> file.toString().endsWith(".class")).toList();
            assertThat(all).hasSizeGreaterThan(50);
            for (var file : all) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContainPattern("ThreadLocal(?!Random)");
            }
        }
    }

    @Test
    void forgetsTheThreadThatUsedItLast() throws Exception {
        try (var pool = new WellheadDataSource(
                config().minIdle(1).housekeeperInterval(OFTEN).build())) {
            var ended = new WeakReference<>(runOnAThreadOfItsOwn(pool));
            await().until(() -> {
                System.gc();
                return ended.get() == null;
            });
            assertThat(pool.snapshot().total()).isPositive();
        }
    }

    private static Thread runOnAThreadOfItsOwn(WellheadDataSource pool) throws InterruptedException {
        var thread = new Thread(() -> {
            try {
                use(pool, 1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(pool.snapshot().counters().released()).isOne();
        return thread;
    }
}
