// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.MonitoredDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the databases how they are, for requests that must be answered at once.
 *
 * <p>Concurrency: at most one check of a database runs at a time, whoever asks. A check that is younger than
 * {@link #FRESH} serves all who ask; else the first to ask starts one on a thread of this class. Nobody waits past
 * {@link #PATIENCE} after a check's start: then the last known report is the answer, its age in it. So many requests to a
 * frozen database cost one check, and hold an HTTP thread for a moment only.
 */
final class HealthWatch implements AutoCloseable {

    static final Duration FRESH = Duration.ofSeconds(1);
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);
    private static final int MAX_THREADS = 8;
    private static final long THREAD_IDLE_SECONDS = 10;

    private final DatabaseManager manager;
    private final LongSupplier nanoClock;
    private final ThreadPoolExecutor threads;
    private final Map<MonitoredDatabase, Check> checks = new ConcurrentHashMap<>();

    private record Check(long startedNanos, CompletableFuture<Void> done) {}

    HealthWatch(DatabaseManager manager, LongSupplier nanoClock) {
        this.manager = manager;
        this.nanoClock = nanoClock;
        // The queue is bounded by the number of databases: one check of each at a time.
        this.threads = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** How all databases are, at most {@link #FRESH} old where they answer. Blocks at most {@link #PATIENCE}. */
    HealthView view() throws InterruptedException {
        var databases = databases();
        checks.keySet().retainAll(databases);
        List<Check> running = new ArrayList<>();
        for (var database : databases) {
            running.add(check(database));
        }
        for (var check : running) {
            await(check);
        }
        return lastKnown(databases);
    }

    /** The open databases by name. */
    List<MonitoredDatabase> databases() {
        return manager.monitored().stream()
                .sorted(Comparator.comparing(MonitoredDatabase::name))
                .toList();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private HealthView lastKnown(List<MonitoredDatabase> databases) {
        return new HealthView(
                databases.stream()
                        .map(database -> new HealthView.Part(database.health(), database.snapshot(), database.config()))
                        .toList(),
                manager.parts());
    }

    private Check check(MonitoredDatabase database) {
        long now = nanoClock.getAsLong();
        return checks.compute(database, (key, last) -> {
            if (last != null && (!last.done.isDone() || now - last.startedNanos < FRESH.toNanos())) {
                return last;
            }
            return new Check(now, CompletableFuture.runAsync(key::checkHealth, threads));
        });
    }

    private void await(Check check) throws InterruptedException {
        long left = PATIENCE.toNanos() - (nanoClock.getAsLong() - check.startedNanos);
        try {
            check.done.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException slow) {
            LOG.debug("health check is slow, answering with the last known report");
        } catch (ExecutionException failed) {
            LOG.warn("health check failed to run", failed.getCause());
        }
    }

    private static ThreadFactory named() {
        var number = new AtomicInteger();
        return work -> {
            var thread = new Thread(work, "wellhead-http-check-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
