// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A small steady load of reads, single writes and transactions on one database, while something fails and comes back. Every
 * write has a number of its own, and the table would take it twice.
 */
final class FaultRun implements AutoCloseable {

    /** How long a call may take; its caller is told a second later at most. */
    static final Duration LIMIT = Duration.ofSeconds(3);
    /** How much longer a transaction may take, which may have to wait for what became of its COMMIT. */
    static final Duration OUTCOME = Duration.ofSeconds(5);

    static final String TABLE = "CREATE TABLE written (id text NOT NULL)";

    private static final TimeLimits LIMITS =
            new TimeLimits(LIMIT, LIMIT.plus(OUTCOME), Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final int THREADS_OF_EACH = 2;
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** What a caller does. */
    enum Work {
        /** May be run again in any case. */
        READ,
        /** A single statement. */
        WRITE,
        /** The same in a transaction. */
        TRANSACTION
    }

    /** One call that has ended. */
    record Call(
            Work work,
            String id,
            long beganNanos,
            long endedNanos,
            @Nullable DatabaseException failure) {}

    private final Database database;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isOver;
    private long faultNanos;
    private long acceptsNanos;

    private FaultRun(Database database) {
        this.database = database;
    }

    /** A pool for it: with the limits of the matrix, everything else as users get it. */
    static PoolConfig.Builder pool(String url) {
        return PoolConfig.builder()
                .name("matrix")
                .jdbcUrl(url)
                .minIdle(8)
                .maxSize(8)
                .acquireTimeout(Duration.ofMillis(500))
                .connectTimeout(Duration.ofSeconds(1))
                .closeTimeout(Duration.ofSeconds(1));
    }

    /** Begins the load. Returns when every caller was served. */
    static FaultRun start(PoolConfig pool) {
        var config = DatabaseConfig.of(pool)
                .withLimits(LIMITS)
                .withOutcome(new OutcomePolicy(CommitOutcomeMode.AUTO, OUTCOME))
                .withHealth(new HealthPolicy(true, Duration.ofSeconds(30), Duration.ofSeconds(1), 3));
        var run = new FaultRun(Database.open(config));
        run.addCallers("", THREADS_OF_EACH);
        run.awaitServedSince(System.nanoTime());
        return run;
    }

    /** Callers who come now, one of each kind, where those who were there may have to wait for their limit. */
    void addCallers() {
        addCallers("late-", 1);
    }

    private void addCallers(String prefix, int ofEach) {
        for (var work : Work.values()) {
            for (int i = 0; i < ofEach; i++) {
                var name = prefix + work + "-" + i;
                var thread = new Thread(() -> work(work, name), name);
                thread.setUncaughtExceptionHandler((which, failure) -> surprises.add(failure));
                threads.add(thread);
                thread.start();
            }
        }
    }

    private void work(Work work, String name) {
        for (int i = 0; !isOver; i++) {
            var id = name + "-" + i;
            long began = System.nanoTime();
            DatabaseException failure = null;
            try {
                call(work, id);
            } catch (DatabaseException e) {
                failure = e;
            }
            calls.add(new Call(work, id, began, System.nanoTime(), failure));
            // The pace of the load.
            LockSupport.parkNanos(PACE_NANOS);
        }
    }

    private void call(Work work, String id) {
        var insert = "INSERT INTO written VALUES (?)";
        switch (work) {
            case READ ->
                database.query("read", "SELECT count(*) FROM pg_class WHERE relname = 'written'")
                        .one(Long.class);
            case WRITE -> database.update("write", insert, id);
            case TRANSACTION -> database.transaction("transaction", tx -> tx.update("write", insert, id));
        }
    }

    Database database() {
        return database;
    }

    /** From now on something is wrong. */
    void faultBegins() {
        faultNanos = System.nanoTime();
    }

    /** Returns when a caller has been told one of those codes. */
    void awaitFailure(ErrorCode... codes) {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(LONGEST)
                .until(() -> calls.stream().anyMatch(call -> isSince(call) && isFailure(call, List.of(codes))));
    }

    private boolean isSince(Call call) {
        return call.endedNanos - faultNanos >= 0;
    }

    private static boolean isFailure(Call call, List<ErrorCode> codes) {
        var failure = call.failure;
        return failure != null && codes.contains(failure.code());
    }

    /** Returns when calls have gone on for that long, whatever they saw. */
    void awaitTime(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofMillis(10))
                .atMost(LONGEST)
                .until(() -> calls.stream().anyMatch(call -> call.endedNanos - until >= 0));
    }

    /** Nothing is wrong any more. Returns when every caller was served by a call begun a second from now or later. */
    void serverAccepts() {
        acceptsNanos = System.nanoTime();
        awaitServedSince(acceptsNanos + FaultReport.SERVED.toNanos());
    }

    private void awaitServedSince(long nanos) {
        await().pollInterval(Duration.ofMillis(20)).atMost(LONGEST).until(() -> {
            var served = calls.stream()
                    .filter(call -> call.failure == null && call.beganNanos - nanos >= 0)
                    .map(call -> call.id.substring(0, call.id.lastIndexOf('-')))
                    .distinct()
                    .count();
            return served == threads.size() || !surprises.isEmpty();
        });
    }

    /**
     * Ends the load.
     *
     * @param url of the server that has the data now, past everything that failed
     * @return what the callers saw, and what of it is true
     */
    FaultReport end(String url) throws SQLException, InterruptedException {
        stop();
        var outcomes = new HashMap<String, CommitOutcome>();
        for (var call : calls) {
            if (call.failure instanceof CommitOutcomeUnknownException unknown) {
                outcomes.put(call.id, database.commitOutcome(unknown.token().orElseThrow()));
            }
        }
        return new FaultReport(
                List.copyOf(calls),
                List.copyOf(surprises),
                stored(url),
                outcomes,
                faultNanos,
                acceptsNanos,
                database.counters().retries(),
                database.snapshot().counters().closed().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    private static Map<String, Integer> stored(String url) throws SQLException {
        var stored = new HashMap<String, Integer>();
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT id FROM written")) {
            while (rows.next()) {
                stored.merge(rows.getString(1), 1, Integer::sum);
            }
        }
        return stored;
    }

    private void stop() throws InterruptedException {
        isOver = true;
        for (var thread : threads) {
            thread.join(LONGEST.toMillis());
            if (thread.isAlive()) {
                surprises.add(new IllegalStateException(thread.getName() + " has not ended"));
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        database.close();
    }
}
