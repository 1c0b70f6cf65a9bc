// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many connections stay open, which, and for how long, on the real server. */
class IdleConnectionsTest {

    private static final Duration OFTEN = Duration.ofMillis(20);

    private static PoolConfig.Builder config(String name) {
        return Work.config(name).housekeeperInterval(OFTEN);
    }

    private static List<Connection> acquire(WellheadDataSource pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.getConnection());
        }
        return held;
    }

    private static void release(List<Connection> held) throws SQLException {
        for (var connection : held) {
            connection.close();
        }
    }

    @Test
    void keepsMinIdleWarmBesideActiveOnes() throws Exception {
        try (var pool = new WellheadDataSource(config("warm").minIdle(3).build())) {
            await().until(() -> pool.snapshot().idle() == 3);
            assertThat(Work.sessions(PostgresServer.shared(), "warm")).hasSize(3);

            var held = acquire(pool, 2);
            await().until(() -> pool.snapshot().idle() == 3);
            assertThat(pool.snapshot().active()).isEqualTo(2);
            assertThat(Work.sessions(PostgresServer.shared(), "warm")).hasSize(5);
            release(held);
        }
    }

    @Test
    void idleTimeoutShrinksToMinIdleAndKeepsTheMostRecentlyUsed() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config("shrink").minIdle(2).idleTimeout(Duration.ofMillis(300)).build(), events)) {
            var held = acquire(pool, 6);
            // Those for minIdle must not be the last to become idle.
            await().until(() -> pool.snapshot().idle() == 2 && pool.snapshot().opening() == 0);
            var used = new HashSet<Long>();
            for (int i = 0; i < 2; i++) {
                used.add(Work.pid(held.get(i)));
            }
            var others = new ArrayList<>(held.subList(2, 6));
            release(others);
            // The pool's clock has ticks of 10 ms: who is released later must be seen to be so.
            await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            release(held.subList(0, 2));

            await().until(() -> pool.snapshot().total() == 2);
            var counters = pool.snapshot().counters();
            assertThat(counters.closed()).containsEntry(EvictReason.IDLE_TIMEOUT, counters.opened() - 2);
            await().until(() -> events.of(PoolEvent.Closed.class).size() == counters.opened() - 2);
            assertThat(events.evicted(EvictReason.IDLE_TIMEOUT)).hasSize((int) counters.opened() - 2);
            assertThat(new HashSet<>(Work.sessions(PostgresServer.shared(), "shrink")))
                    .isEqualTo(used);
            await().during(Duration.ofMillis(400)).until(() -> pool.snapshot().total() == 2);
        }
    }

    @Test
    void idleTimeoutOfZeroKeepsAll() throws Exception {
        try (var pool =
                new WellheadDataSource(config("keep").idleTimeout(Duration.ZERO).build())) {
            release(acquire(pool, 4));
            await().during(Duration.ofMillis(300)).until(() -> pool.snapshot().idle() == 4);
        }
    }

    @Test
    void replacementIsOpenBeforeAnOldConnectionLeaves() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config("replace")
                        .minIdle(1)
                        .keepaliveInterval(Duration.ZERO)
                        .maxLifetime(Duration.ofMillis(150))
                        .build(),
                events)) {
            await().until(() -> events.evicted(EvictReason.MAX_LIFETIME).size() >= 5);

            int open = 0;
            int fewest = Integer.MAX_VALUE;
            for (var event : events.all()) {
                if (event instanceof PoolEvent.Opened) {
                    open++;
                } else if (event instanceof PoolEvent.Evicted) {
                    fewest = Math.min(fewest, --open);
                }
            }
            assertThat(fewest).isEqualTo(1);
        }
    }

    @Test
    void oldConnectionStaysWhileNoReplacementCanBeOpened() throws Exception {
        var server = PostgresServer.shared();
        server.execute("CREATE ROLE replaceable LOGIN CONNECTION LIMIT 1");
        try (var pool = new WellheadDataSource(config("norepl")
                .jdbcUrl(server.urlWithoutUser("postgres"))
                .username("replaceable")
                .minIdle(1)
                .maxSize(4)
                .createRetryInterval(OFTEN)
                .keepaliveInterval(Duration.ZERO)
                .maxLifetime(Duration.ofMillis(100))
                .build())) {
            long pid = Work.pid(pool);
            await().until(() -> pool.snapshot().counters().openFailed() >= 5);
            assertThat(pool.snapshot().idle()).isEqualTo(1);
            assertThat(pool.snapshot().counters().closedTotal()).isZero();
            assertThat(Work.sessions(server, "norepl")).containsExactly(pid);
        } finally {
            await().ignoreExceptions().until(() -> server.execute("DROP ROLE replaceable") != null);
        }
    }

    @Test
    void activeConnectionPastItsLifetimeLeavesAtRelease() throws Exception {
        try (var pool = new WellheadDataSource(config("active")
                .keepaliveInterval(Duration.ZERO)
                .maxLifetime(Duration.ofMillis(50))
                .idleTimeout(Duration.ZERO)
                .build())) {
            var held = pool.getConnection();
            long pid = Work.pid(held);
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            assertThat(Work.pid(held)).isEqualTo(pid);
            held.close();
            // Its successor was open before, and has had successors of its own meanwhile.
            assertThat(pool.snapshot().counters().closed().get(EvictReason.MAX_LIFETIME))
                    .isPositive();
            assertThat(Work.pid(pool)).isNotEqualTo(pid);
            await().until(() ->
                    !Work.sessions(PostgresServer.shared(), "active").contains(pid));
        }
    }

    @Test
    void maxUsesReplacesAfterThatManyLeases() throws Exception {
        try (var pool = new WellheadDataSource(config("uses").maxUses(3).build())) {
            var pids = new ArrayList<Long>();
            for (int i = 0; i < 9; i++) {
                pids.add(Work.pid(pool));
            }
            assertThat(pids.subList(0, 3)).containsOnly(pids.get(0));
            assertThat(pids.subList(3, 6)).containsOnly(pids.get(3));
            assertThat(new HashSet<>(pids)).hasSize(3);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.MAX_USES, 3L);
        }
    }

    @Test
    void keepaliveNoticesDeadConnectionAndReplacesIt() throws Exception {
        var server = PostgresServer.shared();
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config("keepalive")
                        .minIdle(2)
                        .keepaliveInterval(Duration.ofMillis(50))
                        .build(),
                events)) {
            await().until(() -> pool.snapshot().idle() == 2);
            var before = Work.sessions(server, "keepalive");
            Work.terminate(server, before.get(0));

            await().until(() -> events.evicted(EvictReason.FAILED_KEEPALIVE).size() == 1);
            await().until(() -> pool.snapshot().idle() == 2);
            assertThat(Work.sessions(server, "keepalive")).hasSize(2).contains(before.get(1));
            assertThat(pool.snapshot().counters().validated()).isPositive();
            assertThat(pool.snapshot().counters().closedTotal()).isEqualTo(1);
        }
    }

    @Test
    void leakIsReportedOncePerLeaseWithItsHolder() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config("leak").leakThreshold(Duration.ofMillis(80)).build(), events)) {
            var held = pool.getConnection("monthly report");
            Work.value(held, "SELECT 42");
            await().until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 1);
            await().during(Duration.ofMillis(250))
                    .until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 1);

            var lease = events.of(PoolEvent.LeakSuspected.class).get(0).lease();
            assertThat(lease.operation()).isEqualTo("monthly report");
            assertThat(lease.thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(lease.sql()).isEqualTo("SELECT 42");
            assertThat(lease.held()).isGreaterThanOrEqualTo(Duration.ofMillis(80));
            held.close();
            assertThat(pool.snapshot().counters().leaksSuspected()).isEqualTo(1);

            try (var again = pool.getConnection("again")) {
                assertThat(again.isClosed()).isFalse();
                await().until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 2);
            }
        }
    }

    @Test
    void shortLeasesAreNoLeaks() throws Exception {
        try (var pool = new WellheadDataSource(config("noleak")
                .maxSize(1)
                .leakThreshold(Duration.ofMillis(200))
                .build())) {
            long until = System.nanoTime() + Duration.ofMillis(500).toNanos();
            while (System.nanoTime() < until) {
                Work.pid(pool);
            }
            assertThat(pool.snapshot().counters().leaksSuspected()).isZero();
        }
    }

    @Test
    void rareCallersAreServedDirectly() throws Exception {
        try (var pool = new WellheadDataSource(config("rare")
                .minIdle(1)
                .validateAfterIdle(Duration.ofMinutes(1))
                .build())) {
            await().until(() -> pool.snapshot().idle() == 1);
            Work.pid(pool);
            // The pool's clock sleeps after a second without use.
            await().pollDelay(Duration.ofMillis(1_300)).until(() -> true);
            Work.pid(pool);
            assertThat(pool.snapshot().counters().direct()).isEqualTo(2);
            assertThat(pool.snapshot().counters().waited()).isZero();
        }
    }
}
