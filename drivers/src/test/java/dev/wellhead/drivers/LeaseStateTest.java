// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What leases say of real sessions, read from another thread than the holder's. */
class LeaseStateTest {

    private static final PostgresServer SERVER = PostgresServer.shared();

    private static PoolConfig.Builder config(String name) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(SERVER.jdbcUrl())
                .applicationName(name)
                .minIdle(0)
                .maxSize(1)
                .housekeeperInterval(Duration.ofMillis(20));
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Read as an operator would: elsewhere, and without waiting for the holder. */
    private static Lease lease(WellheadDataSource pool) {
        return CompletableFuture.supplyAsync(() -> pool.leases().get(0), OwnThread.EACH)
                .orTimeout(2, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void tellsTheTransactionState() throws SQLException {
        try (var pool = new WellheadDataSource(config("states").build());
                var connection = pool.getConnection("work")) {
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.NONE);
            assertThat(lease(pool).backendId()).isPresent();
            run(connection, "SELECT 1");
            assertThat(lease(pool).transaction()).as("auto-commit").isEqualTo(TransactionState.NONE);

            connection.setAutoCommit(false);
            run(connection, "SELECT 1");
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.OPEN);
            var savepoint = connection.setSavepoint();
            assertThatThrownBy(() -> run(connection, "SELECT no_such_column")).isInstanceOf(SQLException.class);
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.FAILED);
            assertThat(lease(pool).idleInTransaction()).isTrue();
            connection.rollback(savepoint);
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.OPEN);
            connection.rollback();
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.NONE);
            run(connection, "SELECT 1");
            connection.commit();
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.NONE);

            connection.setAutoCommit(true);
            run(connection, "BEGIN");
            assertThat(lease(pool).transaction()).as("begun by SQL").isEqualTo(TransactionState.OPEN);
            run(connection, "COMMIT");
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.NONE);
        }
    }

    @Test
    void tellsWhatRunsAndForHowLong() throws Exception {
        try (var pool = new WellheadDataSource(config("running").build());
                var connection = pool.getConnection("work")) {
            connection.setAutoCommit(false);
            var statement = connection.createStatement();
            var running = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return statement.execute("SELECT pg_sleep(20)");
                        } catch (SQLException e) {
                            return e.getSQLState().equals("57014");
                        }
                    },
                    OwnThread.EACH);
            // The driver holds its lock meanwhile; a lease must not wait for it.
            await().until(() ->
                    lease(pool).running() && lease(pool).runningFor().compareTo(Duration.ofMillis(100)) > 0);
            assertThat(lease(pool).sql()).isEqualTo("SELECT pg_sleep(20)");
            assertThat(lease(pool).idleFor()).isZero();
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.OPEN);
            assertThat(lease(pool).idleInTransaction()).isFalse();
            statement.cancel();
            assertThat(running.join()).isTrue();
            await().until(() -> lease(pool).idleFor().compareTo(Duration.ofMillis(100)) > 0);
            assertThat(lease(pool).running()).isFalse();
            assertThat(lease(pool).transaction()).isEqualTo(TransactionState.FAILED);
            assertThat(lease(pool).held()).isGreaterThan(Duration.ofMillis(200));
        }
    }

    @Test
    void leaseTakenBackByForceLeavesNoSessionAndNoLock() throws Exception {
        try (var database = SERVER.createDatabase()) {
            database.execute("CREATE TABLE stock (n int)");
            database.execute("INSERT INTO stock VALUES (1)");
            try (var pool = new WellheadDataSource(config("taken")
                    .jdbcUrl(database.jdbcUrl())
                    .leakThreshold(Duration.ofMillis(50))
                    .leakReclaimAfter(Duration.ofMillis(150))
                    .build())) {
                var connection = pool.getConnection("forgets to commit");
                connection.setAutoCommit(false);
                run(connection, "UPDATE stock SET n = 2");
                await().until(() -> pool.snapshot().counters().closed().get(EvictReason.LEAK_RECLAIMED) == 1);
                assertThatThrownBy(connection::commit).hasMessageContaining("its lease was taken back by pool 'taken'");
                // The row's lock is gone with the session, and the work with it.
                try (var next = pool.getConnection("next")) {
                    run(next, "SET lock_timeout = '5s'; UPDATE stock SET n = n + 10");
                }
                assertThat(database.execute("SELECT n FROM stock")).containsExactly("11");
                connection.close();
                assertThat(pool.snapshot().active()).isZero();
            }
        }
    }
}
