// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wellhead.testkit.PostgresServer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real virtual threads, which JDK 21 brought. */
class VirtualThreadTest {

    private static final int THREADS = 1_000;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void thousandVirtualThreadsShareFourConnections() throws Throwable {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        try (var database = Opened.database(
                PostgresServer.shared().createDatabase().jdbcUrl(),
                pool -> pool.acquireTimeout(Duration.ofSeconds(60)))) {
            database.update("create", "CREATE TABLE item (id int PRIMARY KEY)");
            var threads = virtualThreads();
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int id = i;
                all.add(threads.submit(() -> work(database, id)));
            }
            for (var one : all) {
                assertThat(one.get()).isEqualTo(6);
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            assertThat(database.query("count", "SELECT count(*) FROM item").one(Long.class))
                    .isEqualTo(THREADS);
            assertThat(database.leases()).isEmpty();
        }
    }

    private static long work(Database database, int id) {
        int inserted = database.transaction("save", tx -> {
            assertThatThrownBy(() -> database.query("nested", "SELECT 1").one(Integer.class))
                    .isInstanceOf(IllegalStateException.class);
            return tx.update("insert", "INSERT INTO item VALUES (?)", id);
        });
        int found = database.query("find", "SELECT count(*) FROM item WHERE id = ?", id)
                .one(Integer.class);
        try (var rows = database.query("read", "SELECT generate_series(1, 4)").fetchSize(1).stream(Integer.class)) {
            return inserted + found + rows.count();
        }
    }

    /** Looked up, as the tests are compiled for JDK 17. */
    private static ExecutorService virtualThreads() throws Throwable {
        return (ExecutorService) MethodHandles.publicLookup()
                .findStatic(
                        Executors.class,
                        "newVirtualThreadPerTaskExecutor",
                        MethodType.methodType(ExecutorService.class))
                .invoke();
    }
}
