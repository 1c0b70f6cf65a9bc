// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A burst of callers before a pool that could grow, where opening takes far longer than the burst would last. Each
 * burst has a new pool; those before the measured ones let the JVM warm up.
 */
final class SpikePart implements PoolPart {
    private static final int CALLERS = 50;
    private static final int MIN_IDLE = 5;
    private static final int MAX_SIZE = 20;
    private static final int CONNECT_MILLIS = 150;
    private static final int HOLD_MILLIS = 2;
    private static final int COUNTED_AFTER_MILLIS = 1_500;
    private static final int MEASURED_BURSTS = 3;
    private static final String TOOK = "took";
    private static final String OPENED = "opened";
    private static final String FAILED = "failed";
    private static final String ONLY = "50 callers holding 2 ms, a pool of 5 to 20, connects of 150 ms";

    @Override
    public String name() {
        return "spike";
    }

    @Override
    public String what() {
        return "a short burst before a pool that could grow: how long it takes, and how many connections are opened";
    }

    @Override
    public Effort full() {
        return new Effort(
                5,
                6,
                1,
                List.of(
                        PoolKind.WELLHEAD,
                        PoolKind.HIKARI,
                        PoolKind.AGROAL,
                        PoolKind.DBCP2,
                        PoolKind.C3P0,
                        PoolKind.TOMCAT,
                        PoolKind.VIBUR));
    }

    @Override
    public Effort quick() {
        return new Effort(1, 4, 1, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI, PoolKind.AGROAL, PoolKind.TOMCAT));
    }

    @Override
    public List<String> cases() {
        return List.of(ONLY);
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared(TOOK, "all done after, ms", "%.1f"),
                Column.alone(OPENED, "connections opened, 1.5 s later", "%.0f"),
                Column.alone(FAILED, "failed", "%.0f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        long warmUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(effort.warmUpSeconds());
        while (System.nanoTime() - warmUntil < 0) {
            burst(kind);
        }
        var took = new ArrayList<Double>();
        var opened = new ArrayList<Double>();
        double failed = 0;
        for (int i = 0; i < MEASURED_BURSTS; i++) {
            var burst = burst(kind);
            took.add(burst.tookMillis);
            opened.add((double) burst.opened);
            failed += burst.failed;
        }
        return Map.of(
                TOOK,
                Spread.of(doubles(took)).median(),
                OPENED,
                Spread.of(doubles(opened)).highest(),
                FAILED,
                failed);
    }

    private record Burst(double tookMillis, int opened, int failed) {}

    private static Burst burst(PoolKind kind) throws Exception {
        var setup = new PoolSetup(
                NoopDriver.URL + "?connectMillis=" + CONNECT_MILLIS,
                "",
                "",
                MIN_IDLE,
                MAX_SIZE,
                Duration.ofSeconds(30));
        int before = NoopDriver.opened();
        try (var pool = kind.open(setup)) {
            try (var first = pool.getConnection()) {
                // Some open their first connections only when they are asked.
                first.isValid(1);
            }
            settle(before + MIN_IDLE);
            int opened = NoopDriver.opened();
            var go = new CountDownLatch(1);
            var done = new CountDownLatch(CALLERS);
            var ready = new CountDownLatch(CALLERS);
            var failed = new AtomicInteger();
            for (int i = 0; i < CALLERS; i++) {
                Threads.start(false, () -> call(pool, ready, go, done, failed));
            }
            ready.await();
            long began = System.nanoTime();
            go.countDown();
            done.await();
            double tookMillis = (System.nanoTime() - began) / 1e6;
            Thread.sleep(COUNTED_AFTER_MILLIS);
            return new Burst(tookMillis, NoopDriver.opened() - opened, failed.get());
        }
    }

    private static void call(
            OpenPool pool, CountDownLatch ready, CountDownLatch go, CountDownLatch done, AtomicInteger failed) {
        try {
            ready.countDown();
            go.await();
            try (var connection = pool.getConnection()) {
                connection.isReadOnly();
                Thread.sleep(HOLD_MILLIS);
            }
        } catch (SQLException | InterruptedException e) {
            failed.incrementAndGet();
        } finally {
            done.countDown();
        }
    }

    /** Waits until so many are open, if the pool opens so many, and no more are being opened. */
    private static void settle(int wanted) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (NoopDriver.opened() < wanted && System.nanoTime() - until < 0) {
            Thread.sleep(10);
        }
        Thread.sleep(2 * CONNECT_MILLIS);
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(value -> value).toArray();
    }
}
