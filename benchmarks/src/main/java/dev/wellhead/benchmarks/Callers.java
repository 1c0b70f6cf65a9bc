// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Callers that each acquire a connection once, ask the server something and close, on threads of their own, and when each
 * was answered. Whoever has not been when time is up counts as not answered; its thread is left where it hangs.
 */
final class Callers {

    /** One caller; guarded by the callers' monitor. */
    private static final class Caller {
        private long began;
        private long answeredNanos = -1;
        private boolean isOver;
    }

    private final OpenPool pool;
    private final List<Caller> callers = new ArrayList<>();

    Callers(OpenPool pool) {
        this.pool = pool;
    }

    /** Sends so many at once. */
    void send(int count) {
        for (int i = 0; i < count; i++) {
            var caller = new Caller();
            synchronized (this) {
                callers.add(caller);
            }
            caller.began = System.nanoTime();
            var thread = new Thread(() -> call(caller), "caller");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void call(Caller caller) {
        boolean answered = false;
        try (var connection = pool.getConnection()) {
            selectOne(connection);
            answered = true;
            over(caller, true);
        } catch (SQLException | RuntimeException e) {
            System.err.println("caller failed after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - caller.began)
                    + " ms: " + e);
        } finally {
            if (!answered) {
                over(caller, false);
            }
        }
    }

    private synchronized void over(Caller caller, boolean answered) {
        caller.isOver = true;
        if (answered) {
            caller.answeredNanos = System.nanoTime() - caller.began;
        }
        notifyAll();
    }

    /** Waits until all are answered or have failed, or time is up. */
    synchronized Map<String, Double> await(int seconds) throws InterruptedException {
        long began = System.nanoTime();
        long left = TimeUnit.SECONDS.toMillis(seconds);
        while (left > 0 && !callers.stream().allMatch(caller -> caller.isOver)) {
            wait(left);
            left = TimeUnit.SECONDS.toMillis(seconds) - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        }
        var results = new TreeMap<String, Double>();
        results.put("soon", (double) answeredWithin(TimeUnit.SECONDS.toNanos(1)));
        results.put("never", (double) callers.size() - answeredWithin(Long.MAX_VALUE));
        callers.stream()
                .filter(caller -> caller.answeredNanos >= 0)
                .mapToLong(caller -> caller.answeredNanos)
                .max()
                .ifPresent(nanos -> results.put("longest", nanos / 1e6));
        return results;
    }

    private long answeredWithin(long nanos) {
        return callers.stream()
                .filter(caller -> caller.answeredNanos >= 0 && caller.answeredNanos <= nanos)
                .count();
    }

    static void selectOne(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select 1")) {
            if (!row.next() || row.getInt(1) != 1) {
                throw new SQLException("select 1 did not answer 1");
            }
        }
    }
}
