// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LoadRunnerTest {

    @Test
    void killedServerIsCountedOnceACallAndServiceResumes() throws Exception {
        try (var server = PostgresServer.start();
                var manager = DatabaseManager.builder()
                        .database(config(server.jdbcUrl()))
                        .open()) {
            Database database = manager.database();
            var length = Duration.ofSeconds(6);
            var runner = new LoadRunner(database, new LoadPlan(8, 1, Duration.ofMillis(1), Optional.of(length)));
            var running = CompletableFuture.supplyAsync(() -> run(runner), OwnThread.EACH);
            await().until(() -> runner.answered() > 500);
            server.kill();
            await().until(() -> runner.failed() >= 8);
            server.restart();
            long atRestart = runner.answered();
            await().atMost(Duration.ofSeconds(5)).until(() -> runner.answered() > atRestart + 100);

            var result = running.join();
            assertThat(result.errors()).isEqualTo(runner.failed()).isGreaterThanOrEqualTo(8);
            assertThat(result.queries()).isEqualTo(runner.answered() + runner.failed());
            var counters = database.counters();
            assertThat(counters.calls()).isEqualTo(result.queries());
            assertThat(counters.failed()).isEqualTo(result.errors());
            assertThat(result.errorsByKind().keySet()).allMatch(kind -> kind.matches("E2\\d{3} [A-Z_]+"));
        }
    }

    /** Each client thinks for 20 ms, so the full rate is that of the clients, not that of the machine. */
    @Test
    void fullRateIsBackTwoSecondsAfterTheServerAcceptsAgain() throws Exception {
        try (var server = PostgresServer.start();
                var manager = DatabaseManager.builder()
                        .database(config(server.jdbcUrl()))
                        .open()) {
            var answeredAt = new ConcurrentSkipListMap<Long, Long>();
            var length = Duration.ofSeconds(10);
            var runner =
                    new LoadRunner(manager.database(), new LoadPlan(10, 1, Duration.ofMillis(20), Optional.of(length)));
            var running = CompletableFuture.supplyAsync(
                    () -> run(
                            runner, (share, answered, failed, elapsed) -> answeredAt.put(elapsed.toMillis(), answered)),
                    OwnThread.EACH);
            await().until(() -> !answeredAt.isEmpty() && answeredAt.lastKey() > 3_000);
            server.kill();
            await().until(() -> runner.failed() >= 10);
            server.restart();
            long accepts = answeredAt.lastKey();

            running.join();
            long before = answeredBetween(answeredAt, 2_000, 3_000);
            long after = answeredBetween(answeredAt, accepts + 2_000, accepts + 3_000);
            assertThat(after).isGreaterThanOrEqualTo(before * 9 / 10);
        }
    }

    private static long answeredBetween(NavigableMap<Long, Long> answeredAt, long fromMillis, long toMillis) {
        assertThat(answeredAt.lastKey()).isGreaterThanOrEqualTo(toMillis);
        return answeredAt.ceilingEntry(toMillis).getValue()
                - answeredAt.ceilingEntry(fromMillis).getValue();
    }

    @Test
    void thinkingClientsLeaveTheirConnectionsIdle() throws Exception {
        try (var manager = DatabaseManager.builder()
                .database(config(PostgresServer.shared().jdbcUrl()))
                .open()) {
            var runner =
                    new LoadRunner(manager.database(), new LoadPlan(8, 100, Duration.ofMillis(5), Optional.empty()));
            var result = runner.run((share, answered, failed, elapsed) -> {});
            assertThat(result.queries()).isEqualTo(800);
            assertThat(result.errors()).isZero();
            assertThat(result.meanUtilizationPercent()).isLessThan(80);
            assertThat(result.peakUtilizationPercent()).isBetween(0.0, 100.0);
        }
    }

    private static LoadResult run(LoadRunner runner) {
        return run(runner, (share, answered, failed, elapsed) -> {});
    }

    private static LoadResult run(LoadRunner runner, LoadRunner.Progress progress) {
        try {
            return runner.run(progress);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // Short limits and no retries: each failure shows at once.
    private static DatabaseConfig config(String url) {
        var pool = PoolConfig.builder()
                .jdbcUrl(url)
                .maxSize(8)
                .minIdle(0)
                .acquireTimeout(Duration.ofMillis(500))
                .build();
        return new DatabaseConfig(pool, RetryPolicy.NONE, HealthPolicy.DEFAULT, Duration.ZERO);
    }
}
