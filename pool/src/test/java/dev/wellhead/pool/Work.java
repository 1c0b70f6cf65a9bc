// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What callers of a pool do in tests, and what the server says of them. */
final class Work {

    private Work() {}

    /** A pool of the shared server whose sessions can be told from those of other tests by that name. */
    static PoolConfig.Builder config(String application) {
        return PoolConfig.builder()
                .jdbcUrl(PostgresServer.shared().jdbcUrl())
                .driverProperty("ApplicationName", application)
                .name(application)
                .minIdle(0);
    }

    static String value(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    static long pid(Connection connection) throws SQLException {
        return Long.parseLong(value(connection, "SELECT pg_backend_pid()"));
    }

    /** Acquires, asks the server something and releases. */
    static long pid(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection()) {
            return pid(connection);
        }
    }

    /** The server's sessions of one application, oldest first. */
    static List<Long> sessions(PostgresServer server, String application) {
        try {
            return server
                    .execute("SELECT pid FROM pg_stat_activity WHERE application_name = '" + application
                            + "' ORDER BY backend_start")
                    .stream()
                    .map(Long::valueOf)
                    .toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends one session as an administrator would, and waits until it is gone. */
    static void terminate(PostgresServer server, long pid) throws SQLException {
        server.execute("SELECT pg_terminate_backend(" + pid + ")");
        await().until(() -> server.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid)
                .equals(List.of("0")));
    }

    /** Runs on a thread of its own. */
    static <T> CompletableFuture<T> async(Callable<T> work) {
        var result = new CompletableFuture<T>();
        var thread = new Thread(
                () -> {
                    try {
                        result.complete(work.call());
                    } catch (Exception | AssertionError e) {
                        result.completeExceptionally(e);
                    }
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
