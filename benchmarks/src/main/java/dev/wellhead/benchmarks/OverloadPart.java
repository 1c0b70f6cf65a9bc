// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers who come at their own pace, at random, whether the pool can serve them or not: ten connections, each held for
 * 20 ms, are 500 callers a second. A caller's answer is useful when it is there within a second of its arrival; the pool
 * does not know that, it only has its own acquire limit. Each caller has a thread; all but the pool is the same.
 */
final class OverloadPart implements PoolPart {
    private static final int CONNECTIONS = 10;
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double CAPACITY = CONNECTIONS * 1e9 / HOLD_NANOS;
    private static final long USEFUL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int BURST_SECONDS = 3;
    /** What a burst leaves is worked off after three times its length, with half of the capacity free. */
    private static final int DRAIN_SECONDS = 16;

    private static final long SEED = 20;

    /**
     * What is measured.
     *
     * @param load in times of the capacity, and in bursts
     * @param limit the pool's acquire limit
     */
    private record Case(double load, double burstLoad, Duration limit) {}

    private static final Map<String, Case> CASES = Map.of(
            "Twice the load, acquire limit 30 s", new Case(2, 2, Duration.ofSeconds(30)),
            "Twice the load, acquire limit 1 s", new Case(2, 2, Duration.ofSeconds(1)),
            "Twice the load, acquire limit 250 ms", new Case(2, 2, Duration.ofMillis(250)),
            "0.8 times the load, acquire limit 1 s", new Case(0.8, 0.8, Duration.ofSeconds(1)),
            "A burst of 3 times the load for 3 s over 0.5 times, acquire limit 30 s",
                    new Case(0.5, 3, Duration.ofSeconds(30)));

    /** A caller; what it says is read when all is over. */
    private static final class Call {
        private final long arrivedNanos;
        private volatile long acquiredNanos;
        private volatile long endedNanos;
        private volatile boolean isRefused;

        Call(long arrivedNanos) {
            this.arrivedNanos = arrivedNanos;
        }

        boolean isServed() {
            return acquiredNanos != 0;
        }

        boolean isUseful() {
            return endedNanos != 0 && !isRefused && endedNanos - arrivedNanos <= USEFUL_NANOS;
        }
    }

    @Override
    public String name() {
        return "overload";
    }

    @Override
    public String what() {
        return "more callers than can be served: how many get a useful answer, at what wait";
    }

    @Override
    public Effort full() {
        return new Effort(
                2,
                3,
                8,
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
        return new Effort(1, 2, 4, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI, PoolKind.AGROAL));
    }

    @Override
    public List<String> jvmArguments() {
        // Thousands of callers wait before pools that keep them all.
        return List.of("-Xss256k");
    }

    @Override
    public List<String> cases() {
        return CASES.keySet().stream().sorted().toList();
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("useful", "useful answers/s", "%,.0f"),
                Column.alone("median", "wait of the served, p50, ms", "%,.1f"),
                Column.alone("high", "p99, ms", "%,.0f"),
                Column.alone("overtaken", "served after a later one, %", "%.1f"),
                Column.alone("refused", "refused, %", "%.1f"),
                Column.alone("refusedAfter", "refused after, p50, ms", "%,.0f"),
                Column.alone("unanswered", "still waiting at the end, %", "%.1f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        var measured = CASES.get(caseName);
        if (measured == null) {
            throw new IllegalArgumentException("no such case: " + caseName);
        }
        boolean isBurst = measured.burstLoad > measured.load;
        int seconds = isBurst ? BURST_SECONDS + DRAIN_SECONDS : effort.seconds();
        // Its callers may wait for as long as half a minute: it ends with the JVM.
        var pool = kind.open(new PoolSetup(NoopDriver.URL, "", "", CONNECTIONS, CONNECTIONS, measured.limit));
        var callers = Executors.newCachedThreadPool(work -> {
            var thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        });
        long began = System.nanoTime();
        long from = began + TimeUnit.SECONDS.toNanos(effort.warmUpSeconds());
        long until = from + TimeUnit.SECONDS.toNanos(seconds);
        long burstUntil = from + TimeUnit.SECONDS.toNanos(BURST_SECONDS);
        Set<Call> calls = ConcurrentHashMap.newKeySet();
        var random = new Random(SEED);
        for (long at = began; at - until < 0; ) {
            double load = at - from >= 0 && at - burstUntil < 0 ? measured.burstLoad : measured.load;
            at += (long) (-Math.log(1 - random.nextDouble()) * 1e9 / (load * CAPACITY));
            arrive(pool, callers, at, calls);
        }
        LockSupport.parkNanos(USEFUL_NANOS);
        return results(calls, from, until, seconds);
    }

    private static void arrive(OpenPool pool, ExecutorService callers, long at, Set<Call> calls) {
        for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        var call = new Call(at);
        calls.add(call);
        callers.execute(() -> use(pool, call));
    }

    private static void use(OpenPool pool, Call call) {
        try (var connection = pool.getConnection()) {
            long acquired = System.nanoTime();
            call.acquiredNanos = acquired;
            for (long left = HOLD_NANOS; left > 0; left = acquired + HOLD_NANOS - System.nanoTime()) {
                LockSupport.parkNanos(connection, left);
            }
        } catch (SQLException e) {
            call.isRefused = true;
        }
        call.endedNanos = System.nanoTime();
    }

    private static Map<String, Double> results(Set<Call> all, long from, long until, int seconds) {
        var calls = all.stream()
                .filter(call -> call.arrivedNanos - from >= 0 && call.arrivedNanos - until < 0)
                .toList();
        var waits = new Times();
        var refusals = new Times();
        long useful = 0;
        for (var call : all) {
            // By when it ended, not when it came: what is served after the last arrival is no longer overload.
            if (call.endedNanos != 0 && call.endedNanos - from >= 0 && call.endedNanos - until < 0) {
                useful += call.isUseful() ? 1 : 0;
            }
        }
        for (var call : calls) {
            if (call.isServed() && call.acquiredNanos - until < 0) {
                waits.add(call.acquiredNanos - call.arrivedNanos);
            } else if (call.isRefused) {
                refusals.add(call.endedNanos - call.arrivedNanos);
            }
        }
        var results = new HashMap<String, Double>();
        results.put("useful", useful / (double) seconds);
        results.put("median", waits.medianMillis());
        results.put("high", waits.millisAt(0.99));
        results.put("overtaken", 100.0 * overtaken(calls, from) / Math.max(1, waits.count()));
        results.put("refused", 100.0 * refusals.count() / Math.max(1, calls.size()));
        results.put(
                "unanswered",
                100.0
                        * calls.stream()
                                .filter(call -> !call.isServed() && !call.isRefused)
                                .count()
                        / Math.max(1, calls.size()));
        if (refusals.count() > 0) {
            results.put("refusedAfter", refusals.medianMillis());
        }
        return results;
    }

    /** How many got a connection after somebody who came more than a millisecond later, which no clock blurs. */
    private static long overtaken(List<Call> calls, long from) {
        long latest = 0;
        long overtaken = 0;
        var served = calls.stream()
                .filter(Call::isServed)
                .sorted((a, b) -> Long.compare(a.acquiredNanos - from, b.acquiredNanos - from))
                .toList();
        for (var call : served) {
            long arrived = call.arrivedNanos - from;
            if (latest - arrived > TimeUnit.MILLISECONDS.toNanos(1)) {
                overtaken++;
            }
            latest = Math.max(latest, arrived);
        }
        return overtaken;
    }
}
