// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One crowd before one pool.
 *
 * <p>A wait is the time of {@code getConnection()} by the caller's clock. Who still waits at the end counts with what it
 * has waited until then, so that a pool that forgets somebody shows.
 */
final class CrowdRun {
    static final String PER_SECOND = "per-second";
    static final String P50 = "p50";
    static final String P99 = "p99";
    static final String LONGEST = "longest";
    static final String MOST_TO_LEAST = "most-to-least";
    static final String STARVED = "starved";
    static final String CPU = "cpu";
    static final String HOLD = "hold";
    static final String FAILED = "failed";

    private static final long LONGEST_JOIN_MILLIS = 40_000;

    private CrowdRun() {}

    /** Results by the keys above; waits in ms, CPU and holds in microseconds, both for each acquire. */
    static Map<String, Double> measure(OpenPool pool, CrowdCase crowd, long warmUpMillis, long measureMillis)
            throws InterruptedException {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var phase = new Phase();
        List<Caller> callers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < crowd.threads(); i++) {
            var caller = new Caller(pool, crowd, phase);
            callers.add(caller);
            threads.add(Threads.start(crowd.isVirtual(), caller));
        }
        Thread.sleep(warmUpMillis);
        long cpuNanos = system.getProcessCpuTime();
        long began = System.nanoTime();
        phase.isMeasured = true;
        Thread.sleep(measureMillis);
        phase.isMeasured = false;
        cpuNanos = system.getProcessCpuTime() - cpuNanos;
        long end = System.nanoTime();
        phase.endNanos = end;
        phase.isOver = true;
        long deadline = end + TimeUnit.MILLISECONDS.toNanos(LONGEST_JOIN_MILLIS);
        for (var thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (thread.isAlive()) {
                throw new IllegalStateException(
                        "A caller had not ended after " + LONGEST_JOIN_MILLIS + " ms; what it noted cannot be read");
            }
        }
        return summary(callers, cpuNanos, end - began);
    }

    private static Map<String, Double> summary(List<Caller> callers, long cpuNanos, long tookNanos) {
        long acquires = callers.stream().mapToLong(caller -> caller.acquires).sum();
        double mean = (double) acquires / callers.size();
        long least = callers.stream().mapToLong(caller -> caller.acquires).min().orElseThrow();
        long most = callers.stream().mapToLong(caller -> caller.acquires).max().orElseThrow();
        long starved =
                callers.stream().filter(caller -> caller.acquires < mean / 10).count();
        long held = callers.stream().mapToLong(caller -> caller.heldNanos).sum();
        long longest =
                callers.stream().mapToLong(caller -> caller.longestNanos).max().orElseThrow();
        var waits = callers.stream()
                .flatMapToLong(caller -> Arrays.stream(caller.waits, 0, caller.acquires))
                .sorted()
                .toArray();
        var results = new LinkedHashMap<String, Double>();
        results.put(PER_SECOND, acquires * 1e9 / tookNanos);
        results.put(P50, waits[waits.length / 2] / 1e6);
        results.put(P99, waits[(int) (waits.length * 0.99)] / 1e6);
        results.put(LONGEST, longest / 1e6);
        results.put(MOST_TO_LEAST, least == 0 ? Double.POSITIVE_INFINITY : (double) most / least);
        results.put(STARVED, 100.0 * starved / callers.size());
        results.put(CPU, cpuNanos / 1e3 / acquires);
        results.put(HOLD, held / 1e3 / acquires);
        results.put(FAILED, (double)
                callers.stream().mapToLong(caller -> caller.failed).sum());
        return results;
    }

    /** What all callers look at. */
    private static final class Phase {
        volatile boolean isMeasured;
        volatile boolean isOver;
        volatile long endNanos;
    }

    /** One thread; its fields are read after it ended. */
    private static final class Caller implements Runnable {
        private final OpenPool pool;
        private final CrowdCase crowd;
        private final Phase phase;
        private long[] waits = new long[256];
        private int acquires;
        private long heldNanos;
        private long longestNanos;
        private long failed;

        Caller(OpenPool pool, CrowdCase crowd, Phase phase) {
            this.pool = pool;
            this.crowd = crowd;
            this.phase = phase;
        }

        @Override
        public void run() {
            while (!phase.isOver) {
                long asked = System.nanoTime();
                try (var connection = pool.getConnection()) {
                    long had = System.nanoTime();
                    if (connection == null) {
                        throw new IllegalStateException("The pool gave null");
                    }
                    crowd.hold();
                    note(asked, had);
                } catch (SQLException e) {
                    failed++;
                    longestNanos = Math.max(longestNanos, System.nanoTime() - asked);
                }
            }
        }

        private void note(long asked, long had) {
            if (phase.isMeasured) {
                if (acquires == waits.length) {
                    waits = Arrays.copyOf(waits, acquires * 2);
                }
                waits[acquires++] = had - asked;
                heldNanos += System.nanoTime() - had;
                longestNanos = Math.max(longestNanos, had - asked);
            } else if (phase.isOver) {
                longestNanos = Math.max(longestNanos, Math.min(had, phase.endNanos) - asked);
            }
        }
    }
}
