// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The ceiling as users see it, and against a real server that admits few sessions. */
class CeilingTest {

    private static final long PHASE_NANOS = Duration.ofMillis(500).toNanos();

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> new Ceiling(0))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("max-total=0: must be from 1 to 1000000");
    }

    @Test
    void warnsWhereIdleConnectionsAloneWouldExceedIt() {
        try (var driver = FakeDriver.create();
                var logs = Logs.of("two")) {
            var ceiling = new Ceiling(3);
            try (var one = ceiling.open(lazy(driver, "one"));
                    var two = ceiling.open(lazy(driver, "two"))) {
                assertThat(logs.lines("ceiling too low"))
                        .singleElement()
                        .asString()
                        .contains("pool=two maxTotal=3 sumOfMinIdle=4", "raise max-total or lower min-idle");
                assertThat(List.of(one.snapshot(), two.snapshot()))
                        .allSatisfy(
                                snapshot -> assertThat(snapshot.ceiling()).contains(new CeilingUse(3, 0, 0, false, 0)));
            }
            assertThat(ceiling).hasToString("Ceiling[0/3]");
        }
    }

    @Test
    void poolThatWasClosedIsForgotten() {
        try (var driver = FakeDriver.create();
                var logs = Logs.of("later")) {
            var ceiling = new Ceiling(3);
            ceiling.open(lazy(driver, "sooner")).close();
            ceiling.open(lazy(driver, "later")).close();
            assertThat(logs.lines("ceiling too low")).isEmpty();
        }
    }

    private static PoolConfig lazy(FakeDriver driver, String name) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .build();
    }

    /** Three pools whose callers never pause hold all there is; the fourth comes with nothing, again and again. */
    @Test
    void poolWithNothingGetsAPlaceSoonThoughTheOthersStayBusy() throws Exception {
        try (var driver = FakeDriver.create()) {
            var ceiling = new Ceiling(3);
            var busy = new ArrayList<WellheadDataSource>();
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            var stop = new AtomicBoolean();
            try (var poor =
                    ceiling.open(lazy(driver, "poor").toBuilder().minIdle(0).build())) {
                for (int i = 0; i < 3; i++) {
                    var pool = ceiling.open(
                            lazy(driver, "busy" + i).toBuilder().minIdle(0).build());
                    busy.add(pool);
                    for (int c = 0; c < 3; c++) {
                        callers.add(Work.async(() -> {
                            while (!stop.get()) {
                                try (var connection = pool.getConnection()) {
                                    LockSupport.parkNanos(1_000_000);
                                    connection.isClosed();
                                }
                            }
                            return true;
                        }));
                    }
                }
                await().until(() ->
                        busy.stream().mapToInt(pool -> pool.snapshot().total()).sum() == 3);
                for (int i = 0; i < 10; i++) {
                    long began = System.nanoTime();
                    poor.getConnection().close();
                    assertThat(Work.since(began)).isLessThan(Duration.ofSeconds(2));
                    poor.evictAll();
                    await().until(() -> poor.snapshot().total() == 0);
                }
                assertThat(driver.peakOpen()).isLessThanOrEqualTo(3);
            } finally {
                stop.set(true);
                callers.forEach(Work::get);
                busy.forEach(WellheadDataSource::close);
            }
        }
    }

    /** Each database is asked for more than its part; the server would refuse whatever exceeds the ceiling by much. */
    @Test
    void severalDatabasesOfOneServerNeverExceedWhatItAdmits() throws Exception {
        int maxTotal = 6;
        // Beyond the ceiling: the test's own session, and those that the server has not noticed to be gone.
        try (var server = PostgresServer.builder()
                .maxConnections(maxTotal + 4)
                .setting("superuser_reserved_connections", "0")
                .start()) {
            var ceiling = new Ceiling(maxTotal);
            var pools = new ArrayList<WellheadDataSource>();
            try {
                for (int i = 0; i < 4; i++) {
                    pools.add(ceiling.open(PoolConfig.builder()
                            .name("tenant" + i)
                            .jdbcUrl(server.createDatabase().jdbcUrl())
                            .maxSize(6)
                            .minIdle(1)
                            .acquireTimeout(Duration.ofSeconds(30))
                            .build()));
                }
                long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
                var callers = new ArrayList<CompletableFuture<Long>>();
                for (int i = 0; i < 12; i++) {
                    var random = new SplittableRandom(i);
                    callers.add(Work.async(() -> {
                        long served = 0;
                        while (System.nanoTime() - end < 0) {
                            // All want the same one for half a second, then another, so that room has to move.
                            int turn = (int) ((end - System.nanoTime()) / PHASE_NANOS);
                            int wanted = random.nextInt(4) == 0 ? random.nextInt(pools.size()) : turn % pools.size();
                            var pool = pools.get(Math.max(0, wanted));
                            try (var connection = pool.getConnection()) {
                                Work.value(connection, "SELECT pg_sleep(" + random.nextInt(4) / 1000.0 + ")");
                                served++;
                            }
                        }
                        return served;
                    }));
                }
                for (var caller : callers) {
                    assertThat(Work.get(caller)).isPositive();
                }
                assertThat(pools).allSatisfy(pool -> {
                    assertThat(pool.snapshot().counters().openFailed()).isZero();
                    assertThat(pool.snapshot().counters().refusedTotal()).isZero();
                });
                assertThat(pools.stream().mapToLong(CeilingTest::moved).sum()).isPositive();
            } finally {
                pools.forEach(WellheadDataSource::close);
            }
        }
    }

    private static long moved(WellheadDataSource pool) {
        return pool.snapshot().counters().closed().get(EvictReason.CEILING);
    }
}
