// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A statement that slips in while its lease is being taken back, on the real server. */
class ReclaimRaceTest {

    @Test
    void statementThatSlippedInIsCancelledAndItsHolderTold() throws Exception {
        var server = PostgresServer.shared();
        var config = PoolConfig.builder()
                .name("slipped")
                .jdbcUrl(server.jdbcUrl())
                .driverProperty("ApplicationName", "slipped")
                .minIdle(0)
                .maxSize(1)
                .build();
        var pool = Pool.open(config, List.of());
        try {
            var handle = (ConnectionHandle) pool.acquire("slips in", -1);
            var entry = handle.entry();
            assertThat(entry).isNotNull();
            var statement = handle.createStatement();
            var told = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return String.valueOf(statement.execute("SELECT pg_sleep(60)"));
                        } catch (SQLException e) {
                            return e.getSQLState() + " " + e.getMessage();
                        }
                    },
                    OwnThread.EACH);
            await().until(() -> running(server) == 1);
            int lease = handle.lease();
            assertThat(entry.tryLetGo(lease)).isTrue();
            handle.kill();
            pool.leakWatch().end(entry, lease);

            assertThat(told.orTimeout(10, TimeUnit.SECONDS).join())
                    .startsWith("08003 connection handle is closed: its lease was taken back by the pool as a leak");
            // Without the cancel the server would go on for a minute, for it does not see the closed socket.
            await().atMost(Duration.ofSeconds(10)).until(() -> running(server) == 0);
            var counters = pool.snapshot().counters();
            assertThat(counters.closed()).containsEntry(EvictReason.LEAK_RECLAIMED, 1L);
            assertThat(counters.released()).isEqualTo(1);
            assertThat(counters.errors())
                    .as("says nothing of other connections")
                    .isZero();
        } finally {
            pool.close(0);
        }
    }

    private static long running(PostgresServer server) throws SQLException {
        return Long.parseLong(server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipped'"
                        + " AND state = 'active' AND query LIKE '%pg_sleep(60)'")
                .get(0));
    }
}
