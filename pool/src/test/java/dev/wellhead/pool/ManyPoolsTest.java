// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeDriver;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** What 500 pools in one process cost, 20 of them under load. */
class ManyPoolsTest {

    private static final int POOLS = 500;
    private static final int BUSY = 20;
    private static final int MOST_THREADS = 9;
    private static final Duration LOAD = Duration.ofSeconds(3);

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong served = new AtomicLong();

    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("wellhead-"))
                .collect(Collectors.toSet());
    }

    /** With the housekeeper, and without the workers that tests before this one have left behind. */
    private static long added(Set<Thread> before) {
        return ownThreads().stream()
                .filter(thread -> !before.contains(thread) || thread.getName().startsWith("wellhead-housekeeper"))
                .count();
    }

    @Test
    void fiveHundredPoolsOfWhichTwentyAreBusyAddLessThanTenThreads(TestReporter reporter) throws Exception {
        var before = ownThreads();
        var pools = new ArrayList<WellheadDataSource>();
        try (var driver = FakeDriver.create()) {
            try {
                long whileOpening = 0;
                for (int i = 0; i < POOLS; i++) {
                    pools.add(new WellheadDataSource(PoolConfig.builder()
                            .name("tenant" + i)
                            .jdbcUrl(driver.url())
                            .build()));
                    if (i % 50 == 0) {
                        whileOpening = Math.max(whileOpening, added(before));
                    }
                }
                await().until(() -> driver.openNow() == 2 * POOLS);
                var running = load(pools);
                long end = System.nanoTime() + LOAD.toNanos();
                long most = 0;
                long cpu = -cpuNanos();
                while (System.nanoTime() - end < 0) {
                    most = Math.max(most, added(before));
                    LockSupport.parkNanos(10_000_000);
                }
                cpu += cpuNanos();
                over.set(true);
                for (var one : running) {
                    assertThat(Work.get(one)).isTrue();
                }
                reporter.publishEntry(
                        "threads",
                        "while opening " + whileOpening + ", under load " + most + ", served " + served
                                + ", housekeeper's CPU " + 100.0 * cpu / LOAD.toNanos() + " %");
                assertThat(whileOpening).isLessThanOrEqualTo(MOST_THREADS);
                assertThat(most).isPositive().isLessThanOrEqualTo(MOST_THREADS);
                assertThat(served).hasValueGreaterThan(1_000);
            } finally {
                over.set(true);
                pools.parallelStream().forEach(WellheadDataSource::close);
            }
        }
    }

    private List<CompletableFuture<Boolean>> load(List<WellheadDataSource> pools) {
        var running = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 2 * BUSY; i++) {
            var pool = pools.get(i % BUSY * (POOLS / BUSY));
            running.add(Work.async(() -> {
                while (!over.get()) {
                    try (var connection = pool.getConnection();
                            var statement = connection.createStatement()) {
                        statement.execute("SELECT 1");
                        served.incrementAndGet();
                    }
                    LockSupport.parkNanos(1_000_000);
                }
                return true;
            }));
        }
        return running;
    }

    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        return ownThreads().stream()
                .filter(thread -> thread.getName().startsWith("wellhead-housekeeper"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getId()))
                .sum();
    }
}
