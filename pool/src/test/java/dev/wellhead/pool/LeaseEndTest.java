// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The end of a lease, through the data source, on the real server. */
class LeaseEndTest {

    private static final int THREADS = 4;

    private static WellheadDataSource pool;
    private static ExecutorService threads;

    @BeforeAll
    static void open() throws SQLException {
        pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(PostgresServer.shared().jdbcUrl())
                .minIdle(0)
                .maxSize(1)
                .build());
        threads = Executors.newFixedThreadPool(THREADS);
    }

    @AfterAll
    static void close() {
        threads.shutdown();
        pool.close();
    }

    @RepeatedTest(50)
    void closingFromSeveralThreadsReleasesOnce() throws Exception {
        var before = pool.snapshot().counters().released();
        var connection = pool.getConnection();
        var barrier = new CyclicBarrier(THREADS);
        Callable<Boolean> close = () -> {
            barrier.await();
            connection.close();
            return connection.isClosed();
        };
        for (var done : threads.invokeAll(List.of(close, close, close, close))) {
            assertThat(done.get()).isTrue();
        }
        assertThat(pool.snapshot().counters().released()).isEqualTo(before + 1);
        try (var next = pool.getConnection()) {
            connection.close();
            assertThat(next.isValid(1)).isTrue();
        }
    }

    @Test
    void aStatementOfAnEndedLeaseCannotTouchTheNextOne() throws SQLException {
        var first = pool.getConnection();
        var stale = first.createStatement();
        var rows = stale.executeQuery("SELECT pg_backend_pid()");
        rows.next();
        var pid = rows.getInt(1);
        first.close();

        try (var second = pool.getConnection();
                var fresh = second.createStatement();
                var now = fresh.executeQuery("SELECT pg_backend_pid()")) {
            now.next();
            assertThat(now.getInt(1)).isEqualTo(pid);
            assertThatThrownBy(() -> stale.execute("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
            assertThatThrownBy(rows::next)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
            assertThatThrownBy(stale::cancel)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
            assertThat(now.getInt(1)).isEqualTo(pid);
        }
    }

    @Test
    void countsTheTransactionsItRollsBack() throws SQLException {
        var before = pool.snapshot().counters().rolledBack();
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TABLE left_behind (id int)");
        }
        assertThat(pool.snapshot().counters().rolledBack()).isEqualTo(before + 1);
        try (var connection = pool.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT to_regclass('left_behind')")) {
            rows.next();
            assertThat(rows.getString(1)).isNull();
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }
}
