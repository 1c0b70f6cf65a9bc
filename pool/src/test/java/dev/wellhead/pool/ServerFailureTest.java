// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Sessions that end and servers that die under the pool. */
class ServerFailureTest {

    @Test
    void sessionEndedWhileActiveFailsItsHolderOnceAndTheRestIsValidated() throws Exception {
        var server = PostgresServer.shared();
        try (var pool = new WellheadDataSource(Work.config("active-end")
                .maxSize(4)
                .validateAfterIdle(Duration.ofMinutes(1))
                .build())) {
            var others = new ArrayList<Connection>();
            for (int i = 0; i < 3; i++) {
                others.add(pool.getConnection());
            }
            var victim = pool.getConnection();
            for (var other : others) {
                other.close();
            }
            long validatedBefore = pool.snapshot().counters().validated();
            Work.terminate(server, Work.pid(victim));
            assertThatThrownBy(() -> Work.value(victim, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).matches("57P01|08\\w\\w\\w"));
            victim.close();

            for (int i = 0; i < 20; i++) {
                assertThat(Work.pid(pool)).isPositive();
            }
            assertThat(pool.snapshot().counters().validated()).isGreaterThan(validatedBefore);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.BROKEN, 1L);
            assertThat(pool.snapshot().counters().errors()).isEqualTo(1);
            assertThat(pool.snapshot().counters().closedTotal()).isEqualTo(1);
        }
    }

    @Test
    void sessionsEndedWhileIdleCostAtMostOneCallAnError() throws Exception {
        var server = PostgresServer.shared();
        try (var pool = new WellheadDataSource(Work.config("idle-end")
                .minIdle(5)
                .maxSize(5)
                // Nothing is validated before hand-out until something has died.
                .validateAfterIdle(Duration.ofMinutes(1))
                .build())) {
            await().until(() -> pool.snapshot().idle() == 5);
            Work.pid(pool);
            for (var pid : Work.sessions(server, "idle-end")) {
                Work.terminate(server, pid);
            }
            int errors = 0;
            for (int i = 0; i < 20; i++) {
                try {
                    Work.pid(pool);
                } catch (AcquireRefusedException e) {
                    throw e;
                } catch (SQLException e) {
                    errors++;
                }
            }
            assertThat(errors).isLessThanOrEqualTo(1);
            await().until(() -> pool.snapshot().idle() == 5);
            assertThat(pool.snapshot().counters().closedTotal()).isEqualTo(5);
        }
    }

    @Test
    void sessionsEndedWhileIdleCostNobodyAnErrorOnceTheyAreStale() throws Exception {
        var server = PostgresServer.shared();
        try (var pool = new WellheadDataSource(Work.config("stale-end")
                .minIdle(3)
                .maxSize(3)
                .validateAfterIdle(Duration.ZERO)
                .build())) {
            await().until(() -> pool.snapshot().idle() == 3);
            for (var pid : Work.sessions(server, "stale-end")) {
                Work.terminate(server, pid);
            }
            for (int i = 0; i < 10; i++) {
                assertThat(Work.pid(pool)).isPositive();
            }
            assertThat(pool.snapshot().counters().errors()).isZero();
            assertThat(pool.snapshot().counters().closed().get(EvictReason.FAILED_VALIDATION))
                    .isBetween(1L, 3L);
        }
    }

    @Test
    void callersAreServedWithinASecondAfterAKilledServerAcceptsAgain() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(PoolConfig.builder()
                        .jdbcUrl(server.jdbcUrl())
                        .minIdle(2)
                        .maxSize(5)
                        .acquireTimeout(Duration.ofSeconds(10))
                        .build())) {
            var stop = new AtomicBoolean();
            var lastServed = new AtomicLong();
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 10; i++) {
                callers.add(Work.async(() -> {
                    while (!stop.get()) {
                        try {
                            Work.pid(pool);
                            lastServed.set(System.nanoTime());
                        } catch (SQLException killed) {
                            // The kill is no secret to those it hits; that service comes back is what counts.
                            assertThat(killed.getSQLState()).matches("08\\w\\w\\w|57P\\d\\d");
                        }
                    }
                    return true;
                }));
            }
            await().until(() -> lastServed.get() != 0);
            for (int round = 0; round < 2; round++) {
                server.kill();
                await().until(() -> pool.snapshot().total() == 0
                        && pool.snapshot().counters().openFailed() > 0);
                var restart = Work.async(() -> {
                    server.restart();
                    return true;
                });
                long accepts = awaitAccepting(server);
                await().pollInterval(Duration.ofMillis(5)).until(() -> lastServed.get() - accepts > 0);
                assertThat(Duration.ofNanos(lastServed.get() - accepts)).isLessThan(Duration.ofSeconds(1));
                assertThat(Work.get(restart)).isTrue();
            }
            stop.set(true);
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
            assertThat(pool.snapshot().counters().refusedTotal()).isZero();
        }
    }

    /** When a connect that knows nothing of the pool first succeeded. */
    private static long awaitAccepting(PostgresServer server) {
        while (true) {
            try (var connection = DriverManager.getConnection(server.jdbcUrl())) {
                Work.value(connection, "SELECT 1");
                return System.nanoTime();
            } catch (SQLException notYet) {
                Thread.onSpinWait();
            }
        }
    }
}
