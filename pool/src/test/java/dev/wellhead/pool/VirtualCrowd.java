// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/**
 * The program of {@link VirtualCrowdTest}: 10,000 virtual threads share three good connections while a fourth hangs in
 * the driver; then all of them wait for a second. Prints one line.
 */
final class VirtualCrowd {

    static final int CROWD = 10_000;

    private static final int PLACES = 4;
    private static final Duration PATIENT = Duration.ofMinutes(1);

    private VirtualCrowd() {}

    /** Prints how many were served, and the processor time used while all waited. */
    public static void main(String[] arguments) throws Exception {
        try (var driver = FakeDriver.create();
                var pool = new WellheadDataSource(PoolConfig.builder()
                        .jdbcUrl(driver.url())
                        .minIdle(0)
                        .maxSize(PLACES)
                        .maxWaiting(2 * CROWD)
                        .admission(Admission.OFF)
                        .closeTimeout(Duration.ofMillis(100))
                        .build())) {
            var threads = Objects.requireNonNull(Race.virtual());
            var served = new AtomicInteger();
            var done = new CountDownLatch(CROWD);
            // The one that the pool has opened to start with.
            driver.connections().get(0).on("execute", FakeBehavior.hang());
            threads.execute(() -> use(pool, served));
            while (driver.calls().stream().noneMatch(call -> call.method().equals("execute"))) {
                Thread.onSpinWait();
            }
            long began = System.nanoTime();
            for (int i = 0; i < CROWD; i++) {
                threads.execute(() -> {
                    use(pool, served);
                    done.countDown();
                });
            }
            boolean all = done.await(60, TimeUnit.SECONDS);
            long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            System.out.println("served=" + served.get() + " all=" + all + " tookMillis=" + tookMillis + " hanging="
                    + pool.snapshot().active() + " waitingCpuMillis=" + cpuWhileAllWait(pool, served));
            driver.release();
        }
    }

    private static void use(WellheadDataSource pool, AtomicInteger served) {
        try (var connection = pool.getConnection("crowd", PATIENT);
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            served.incrementAndGet();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * All wait in line for a second, in which nothing is released. Counts the carriers and the pool's threads; the JVM's
     * compiler and collector are none of the pool's.
     */
    private static long cpuWhileAllWait(WellheadDataSource pool, AtomicInteger served) throws SQLException {
        var threads = Objects.requireNonNull(Race.virtual());
        try (var one = pool.getConnection();
                var two = pool.getConnection();
                var three = pool.getConnection()) {
            for (int i = 0; i < CROWD; i++) {
                threads.execute(() -> use(pool, served));
            }
            while (pool.snapshot().waiting() < CROWD) {
                Thread.onSpinWait();
            }
            long before = cpuNanosOfThreads();
            refused(pool);
            return TimeUnit.NANOSECONDS.toMillis(cpuNanosOfThreads() - before);
        }
    }

    private static long cpuNanosOfThreads() {
        var threads = ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getAllThreadIds())
                .map(id -> Math.max(0, threads.getThreadCpuTime(id)))
                .sum();
    }

    /** Waits for a second like everybody else. */
    private static void refused(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection("measure", Duration.ofSeconds(1))) {
            throw new IllegalStateException("served by " + connection);
        } catch (AcquireRefusedException e) {
            if (e.reason() != RefusalReason.TIMEOUT) {
                throw e;
            }
        }
    }
}
