// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import com.example.shop.Orders;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeConnection;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases that are held for too long: who is named, how often, and what is taken back by force. */
class LeakTest {

    private static final Duration THRESHOLD = Duration.ofMillis(60);
    private static final Duration RECLAIM = Duration.ofMillis(150);

    private final Events events = new Events();
    private FakeDriver driver;

    @BeforeEach
    void makeDriver() {
        driver = FakeDriver.create();
    }

    @AfterEach
    void closeDriver() {
        driver.close();
    }

    private PoolConfig.Builder config(String name) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(driver.url())
                .minIdle(0)
                .maxSize(4)
                .housekeeperInterval(Duration.ofMillis(10))
                .leakThreshold(THRESHOLD);
    }

    private PoolEvent.LeakSuspected awaitLeak() {
        await().until(() -> !events.of(PoolEvent.LeakSuspected.class).isEmpty());
        return events.of(PoolEvent.LeakSuspected.class).get(0);
    }

    private PoolEvent.Reclaimed awaitReclaimed() {
        await().until(() -> !events.of(PoolEvent.Reclaimed.class).isEmpty());
        return events.of(PoolEvent.Reclaimed.class).get(0);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void namesThreadPlaceStatementAndState() throws Exception {
        var until = new CountDownLatch(1);
        try (var pool = new WellheadDataSource(config("who").build(), events);
                var logs = Logs.of("who")) {
            var holder = Work.async(() -> {
                Orders.hold(pool, "UPDATE orders SET a = 1", true, until);
                return true;
            });
            var leak = awaitLeak();
            assertThat(leak.lease().thread()).isEqualTo("caller");
            assertThat(leak.lease().operation()).isEmpty();
            assertThat(leak.lease().callSite()).startsWith("com.example.shop.Orders.hold(Orders.java:");
            assertThat(leak.lease().sql()).isEqualTo("UPDATE orders SET a = 1");
            assertThat(leak.lease().transaction()).isEqualTo(TransactionState.OPEN);
            assertThat(leak.lease().idleInTransaction()).isTrue();
            assertThat(leak.lease().held()).isGreaterThanOrEqualTo(THRESHOLD);
            assertThat(leak.holderStack())
                    .anyMatch(frame -> frame.getMethodName().equals("hold"));
            assertThat(leak.acquireStack()).as("not traced").isEmpty();
            await().until(() -> logs.lines("leak suspected").size() == 1);
            assertThat(logs.lines("leak suspected").get(0))
                    .contains("thread=caller", "callSite=com.example.shop.Orders.hold", "transaction=OPEN")
                    .contains("sql=\"UPDATE orders SET a = 1\"", "com.example.shop.Orders.hold(Orders.java:")
                    .doesNotContain("acquired at");
            assertThat(logs.threads()).noneMatch(thread -> thread.equals("caller") || thread.equals("main"));
            until.countDown();
            assertThat(Work.get(holder)).isTrue();
        }
    }

    @Test
    void tracedLeaseNamesWhereItWasAcquired() throws Exception {
        try (var logs = Logs.of("traced");
                var pool = new WellheadDataSource(
                        config("traced").acquireTracing(true).build(), events)) {
            try (var connection = Orders.take(pool)) {
                assertThat(connection.isClosed()).isFalse();
                var leak = awaitLeak();
                assertThat(leak.lease().callSite()).startsWith("com.example.shop.Orders.take(Orders.java:");
                assertThat(leak.acquireStack())
                        .anyMatch(frame -> frame.getMethodName().equals("take"));
                await().until(() -> logs.lines("leak suspected").size() == 1);
                assertThat(logs.lines("leak suspected").get(0))
                        .contains("acquired at:", "com.example.shop.Orders.take(Orders.java:");
            }
        }
    }

    @Test
    void repeatsOfOnePlaceAreCountedAndLoggedOnce() throws Exception {
        try (var logs = Logs.of("repeats");
                var pool = new WellheadDataSource(config("repeats").build(), events);
                var first = pool.getConnection("import");
                var second = pool.getConnection("import");
                var third = pool.getConnection("report")) {
            assertThat(List.of(first.isClosed(), second.isClosed(), third.isClosed()))
                    .containsOnly(false);
            await().until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 3);
            await().until(() -> logs.lines("leak suspected").size() == 2);
            await().during(Duration.ofMillis(100))
                    .until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 3
                            && logs.lines("leak suspected").size() == 2);
            assertThat(pool.leakSites())
                    .extracting(LeakSite::callSite, LeakSite::suspected)
                    .containsExactly(tuple("import", 2L), tuple("report", 1L));
            assertThat(pool.leakSites().get(0).longest()).isGreaterThanOrEqualTo(THRESHOLD);
            assertThat(pool.snapshot().counters().leaksSuspected()).isEqualTo(3);
        }
    }

    @Test
    void statementIsShownAsTheFunctionSays() throws Exception {
        UnaryOperator<String> showable = sql -> {
            if (sql.contains("secret")) {
                throw new IllegalArgumentException("not mine");
            }
            return sql.replace("42", "?") + "x".repeat(200);
        };
        try (var pool = new WellheadDataSource(config("shown").build(), showable, events);
                var connection = pool.getConnection("shown")) {
            run(connection, "SELECT 42");
            assertThat(awaitLeak().lease().sql()).startsWith("SELECT ?xxx").hasSize(100);
            run(connection, "SELECT 'secret'");
            assertThat(pool.leases().get(0).sql()).isEqualTo("(not readable)");
        }
    }

    @Test
    void leasesOfAnExemptLaneMayLast() throws Exception {
        var batch = Lane.of("batch", 0, 2).exempt();
        try (var pool = new WellheadDataSource(
                        config("exempt")
                                .lanes(List.of(batch))
                                .leakReclaimAfter(RECLAIM)
                                .build(),
                        events);
                var exempt = pool.lane("batch").getConnection();
                var other = pool.getConnection("other")) {
            assertThat(other.isClosed()).isFalse();
            await().until(() -> events.of(PoolEvent.Reclaimed.class).size() == 1);
            assertThat(pool.leases()).extracting(Lease::lane).containsExactly("batch");
            await().during(RECLAIM.multipliedBy(2))
                    .until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 1);
            assertThat(awaitLeak().lease().operation()).isEqualTo("other");
            assertThat(awaitLeak().lease().lane()).isEqualTo("default");
            run(exempt, "SELECT 1");
            assertThat(pool.snapshot().lanes())
                    .as("what was taken back is not counted for its lane")
                    .extracting(LaneUse::lane, LaneUse::held)
                    .containsExactly(tuple("default", 0), tuple("batch", 1));
        }
    }

    @Test
    void nothingIsNotedWhereLeasesAreOff() throws Exception {
        try (var pool = new WellheadDataSource(config("off").leases(false).build(), events);
                var connection = pool.getConnection("off")) {
            run(connection, "SELECT 1");
            await().during(Duration.ofMillis(300)).until(() -> pool.leases().isEmpty());
            assertThat(events.of(PoolEvent.LeakSuspected.class)).isEmpty();
            assertThat(pool.snapshot().active()).isEqualTo(1);
        }
    }

    // Taken back by force.

    @Test
    void idleLeakIsTakenBackAndItsHolderToldWhy() throws Exception {
        try (var logs = Logs.of("reclaim");
                var pool = new WellheadDataSource(
                        config("reclaim").maxSize(1).leakReclaimAfter(RECLAIM).build(), events)) {
            var connection = pool.getConnection("stuck");
            var statement = connection.createStatement();
            statement.execute("UPDATE orders SET a = 1");
            var taken = awaitReclaimed();
            assertThat(taken.lease().operation()).isEqualTo("stuck");
            assertThat(taken.lease().held()).isGreaterThanOrEqualTo(RECLAIM);

            for (var use : List.<ThrowingCallable>of(
                    connection::createStatement, () -> statement.execute("SELECT 1"), connection::commit)) {
                assertThatThrownBy(use)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("its lease was taken back by pool 'reclaim' at 2")
                        .hasMessageContaining("no statement ran for 150 ms (leak-reclaim-after)")
                        .hasMessageContaining("leak-threshold 60 ms")
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("08003");
            }
            assertThat(connection.isClosed()).isTrue();
            connection.close();

            try (var next = pool.getConnection("next")) {
                run(next, "SELECT 1");
                assertThat(driver.opened()).as("never used again").isEqualTo(2);
            }
            await().until(() -> !driver.calls(FakeOperation.ABORT).isEmpty());
            assertThat(driver.calls(FakeOperation.ABORT))
                    .extracting("connection")
                    .containsOnly(1);
            assertThat(driver.connections().get(0).isClosed()).isTrue();
            assertThat(logs.lines("lease reclaimed by force")).hasSize(1);
            assertThat(pool.leakSites()).first().satisfies(site -> {
                assertThat(site.callSite()).isEqualTo("stuck");
                assertThat(site.reclaimed()).isEqualTo(1);
            });
            var counters = pool.snapshot().counters();
            assertThat(counters.closed()).containsEntry(EvictReason.LEAK_RECLAIMED, 1L);
            assertThat(counters.released()).isEqualTo(2);
            assertThat(counters.direct() + counters.waited()).isEqualTo(2);
            assertThat(counters.errors()).isZero();
        }
    }

    @Test
    void leaseThatWorksIsNotTakenBack() throws Exception {
        // Longer than a busy machine keeps a thread from its turn.
        var reclaimAfter = Duration.ofSeconds(1);
        try (var pool = new WellheadDataSource(
                config("works").leakReclaimAfter(reclaimAfter).build(), events)) {
            var running = pool.getConnection("running");
            var committing = pool.getConnection("committing");
            var reading = pool.getConnection("reading");
            var unwrapped = pool.getConnection("unwrapped");
            assertThat(unwrapped.unwrap(FakeConnection.class)).isNotNull();
            committing.setAutoCommit(false);
            run(committing, "UPDATE orders SET a = 1");
            var rows = reading.createStatement().executeQuery("SELECT 1");
            driver.on(FakeOperation.COMMIT, FakeBehavior.hang());
            driver.on(FakeOperation.EXECUTE, FakeBehavior.hang());
            var execute = Work.async(() -> running.createStatement().execute("SELECT long"));
            var commit = Work.async(() -> {
                committing.commit();
                return true;
            });
            await().until(() -> events.of(PoolEvent.LeakSuspected.class).size() == 4);
            await().pollInterval(Duration.ofMillis(10))
                    .during(reclaimAfter.multipliedBy(2))
                    .until(() -> {
                        rows.next();
                        return events.of(PoolEvent.Reclaimed.class).isEmpty();
                    });
            driver.on(FakeOperation.COMMIT, FakeBehavior.normal());
            driver.on(FakeOperation.EXECUTE, FakeBehavior.normal());
            driver.release();
            assertThat(Work.get(execute)).isTrue();
            assertThat(Work.get(commit)).isTrue();
            await().until(() -> events.of(PoolEvent.Reclaimed.class).size() == 3);
            await().during(reclaimAfter)
                    .until(() -> events.of(PoolEvent.Reclaimed.class).size() == 3);
            assertThat(unwrapped.isClosed())
                    .as("what is unwrapped is not taken")
                    .isFalse();
            unwrapped.close();
            for (var closed : Arrays.asList(running, committing, reading)) {
                closed.close();
            }
            await().until(() -> pool.snapshot().active() == 0);
            assertThat(pool.snapshot().counters().released()).isEqualTo(4);
        }
    }

    @Test
    void nothingIsTakenBackUnlessAskedFor() throws Exception {
        try (var pool = new WellheadDataSource(config("kept").build(), events);
                var connection = pool.getConnection("kept")) {
            awaitLeak();
            await().during(Duration.ofMillis(300)).until(() -> !connection.isClosed());
            run(connection, "SELECT 1");
            assertThat(events.of(PoolEvent.Reclaimed.class)).isEmpty();
        }
    }
}
