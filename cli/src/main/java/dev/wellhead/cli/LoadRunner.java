// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes load on one database: each client is a thread that asks, waits for the answer, thinks, and asks again.
 *
 * <p>Concurrency: the clients share only counters that do not make them wait for each other. The calling thread samples
 * the pool and reports progress meanwhile. One run an object.
 */
final class LoadRunner {
    /** Told about a run while it goes on, on the thread that called {@link LoadRunner#run}. */
    interface Progress {
        /**
         * Something was done.
         *
         * @param share share of the run, 0 to 1
         * @param answered calls answered so far
         * @param failed calls failed so far
         * @param elapsed since the start
         */
        void at(double share, long answered, long failed, Duration elapsed);
    }

    private static final long SAMPLE_INTERVAL_MILLIS = 10;
    private static final String OPERATION = "load";
    private static final String SQL = "SELECT 1";

    private final Database database;
    private final LoadPlan plan;
    private final LatencyRecorder latencies = new LatencyRecorder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, LongAdder> failedByKind = new ConcurrentHashMap<>();

    LoadRunner(Database database, LoadPlan plan) {
        this.database = database;
        this.plan = plan;
    }

    /** Calls answered so far; from any thread. */
    long answered() {
        return answered.sum();
    }

    /** Calls failed so far; from any thread. */
    long failed() {
        return failed.sum();
    }

    /**
     * Runs all clients to their end. Blocks as long as the plan says.
     *
     * @throws InterruptedException when the calling thread is interrupted; the clients are told to end
     */
    LoadResult run(Progress progress) throws InterruptedException {
        var gate = new CountDownLatch(1);
        var done = new CountDownLatch(plan.clients());
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < plan.clients(); i++) {
            var client = new Thread(() -> client(gate, done), "load-" + (i + 1));
            client.setDaemon(true);
            client.start();
            clients.add(client);
        }
        var utilization = new Utilization();
        long startNanos = System.nanoTime();
        gate.countDown();
        try {
            while (!done.await(SAMPLE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                utilization.sample(database.snapshot().utilizationPercent());
                report(progress, startNanos);
            }
        } catch (InterruptedException e) {
            clients.forEach(Thread::interrupt);
            throw e;
        }
        var elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        return result(elapsed, utilization);
    }

    private LoadResult result(Duration elapsed, Utilization utilization) {
        Map<String, Long> errors = new TreeMap<>();
        failedByKind.forEach((kind, count) -> errors.put(kind, count.sum()));
        var pool = database.snapshot();
        double peakOfPool = pool.maxSize() == 0 ? 0 : 100.0 * pool.peakActive() / pool.maxSize();
        return new LoadResult(
                answered.sum() + failed.sum(),
                errors,
                elapsed,
                latencies.summary(),
                pool,
                utilization.mean(),
                Math.max(utilization.peak, peakOfPool));
    }

    private void client(CountDownLatch gate, CountDownLatch done) {
        try {
            gate.await();
            long endNanos = plan.length()
                    .map(length -> System.nanoTime() + length.toNanos())
                    .orElse(Long.MAX_VALUE);
            boolean timed = plan.length().isPresent();
            for (long i = 0; timed ? System.nanoTime() - endNanos < 0 : i < plan.queriesPerClient(); i++) {
                call();
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                think(timed, endNanos);
            }
        } catch (InterruptedException e) {
            // Told to end before the start.
            Thread.currentThread().interrupt();
        } finally {
            done.countDown();
        }
    }

    private void call() {
        long startNanos = System.nanoTime();
        try {
            database.query(OPERATION, LoadRunner::select);
            latencies.record(System.nanoTime() - startNanos);
            answered.increment();
        } catch (DatabaseException e) {
            failed(e.code() + " " + e.meaning());
        } catch (RuntimeException e) {
            // A failure that has no kind is still counted, under its type, and the run goes on.
            failed(e.getClass().getSimpleName());
        }
    }

    private void failed(String kind) {
        failedByKind.computeIfAbsent(kind, ignored -> new LongAdder()).increment();
        failed.increment();
    }

    private void think(boolean timed, long endNanos) {
        long untilNanos = System.nanoTime() + plan.think().toNanos();
        if (timed) {
            untilNanos = Math.min(untilNanos, endNanos);
        }
        for (long left = untilNanos - System.nanoTime(); left > 0; left = untilNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void report(Progress progress, long startNanos) {
        long answeredNow = answered.sum();
        long failedNow = failed.sum();
        var elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        double share = plan.length()
                .map(length -> (double) elapsed.toNanos() / length.toNanos())
                .orElseGet(() -> (double) (answeredNow + failedNow) / plan.totalQueries());
        progress.at(share, answeredNow, failedNow, elapsed);
    }

    private static int select(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(SQL)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Samples of the share of connections in use; on one thread. */
    private static final class Utilization {
        private double sum;
        private long samples;
        private double peak;

        void sample(double percent) {
            sum += percent;
            samples++;
            peak = Math.max(peak, percent);
        }

        double mean() {
            return samples == 0 ? 0 : sum / samples;
        }
    }
}
