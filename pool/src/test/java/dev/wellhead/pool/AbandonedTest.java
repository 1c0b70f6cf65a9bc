// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.example.shop.Orders;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeConnection;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handles that become garbage without {@code close()}, and those that only look as if. */
class AbandonedTest {

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
                .maxSize(1)
                .housekeeperInterval(Duration.ofMillis(10))
                .leakThreshold(Duration.ZERO);
    }

    private List<PoolEvent.Abandoned> abandoned() {
        System.gc();
        return events.of(PoolEvent.Abandoned.class);
    }

    /** Collections have come and gone, and the housekeeper has looked in between. */
    private ConditionFactory throughout() {
        return await().pollInterval(Duration.ofMillis(30)).during(Duration.ofMillis(300));
    }

    @Test
    void forgottenConnectionIsFoundAndItsPlaceTakenBack() throws Exception {
        try (var logs = Logs.of("forgot");
                var pool = new WellheadDataSource(config("forgot").build(), events)) {
            Orders.forget(pool);
            await().until(() -> abandoned().size() == 1);
            var found = abandoned().get(0);
            assertThat(found.lease().sql()).isEqualTo("SELECT forgotten");
            assertThat(found.lease().thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(found.acquireStack()).as("not traced").isEmpty();
            assertThat(found.reclaimed()).isTrue();
            try (var next = pool.getConnection("next")) {
                assertThat(next.isClosed()).isFalse();
            }
            await().until(() -> driver.connections().get(0).isClosed());
            await().until(() -> logs.lines("connection abandoned").size() == 1);
            assertThat(events.evicted(EvictReason.ABANDONED)).hasSize(1);
            var counters = pool.snapshot().counters();
            assertThat(counters.closed()).containsEntry(EvictReason.ABANDONED, 1L);
            assertThat(counters.released()).isEqualTo(2);
            assertThat(counters.direct() + counters.waited()).isEqualTo(2);
            assertThat(pool.leakSites()).first().extracting(LeakSite::abandoned).isEqualTo(1L);
        }
    }

    @Test
    void unusedOneIsFoundTooAndTracingTellsWhereItWasAcquired() throws Exception {
        try (var logs = Logs.of("unused");
                var pool = new WellheadDataSource(
                        config("unused").acquireTracing(true).build(), events)) {
            Orders.forgetUnused(pool);
            await().until(() -> abandoned().size() == 1);
            assertThat(abandoned().get(0).acquireStack())
                    .anyMatch(frame -> frame.getMethodName().equals("forgetUnused"));
            assertThat(abandoned().get(0).lease().callSite())
                    .startsWith("com.example.shop.Orders.forgetUnused(Orders.java:");
            await().until(() -> logs.lines("connection abandoned").size() == 1);
            assertThat(logs.lines("connection abandoned").get(0))
                    .contains("acquired at:", "com.example.shop.Orders.forgetUnused(Orders.java:");
            await().until(() -> pool.snapshot().active() == 0);
        }
    }

    @Test
    void isOnlyReportedWhereTakingBackIsOff() throws Exception {
        try (var pool =
                new WellheadDataSource(config("report").reclaimAbandoned(false).build(), events)) {
            Orders.forget(pool);
            await().until(() -> abandoned().size() == 1);
            throughout().until(() -> abandoned().size() == 1 && pool.snapshot().active() == 1);
            assertThat(abandoned().get(0).reclaimed()).isFalse();
        }
    }

    @Test
    void isOnlyReportedWhereTheDriversOwnObjectsAreOut() throws Exception {
        try (var pool = new WellheadDataSource(config("lent").build(), events)) {
            var physical = unwrapAndForget(pool);
            await().until(() -> abandoned().size() == 1);
            throughout().until(() -> abandoned().size() == 1 && pool.snapshot().active() == 1);
            assertThat(abandoned().get(0).reclaimed()).isFalse();
            assertThat(physical).isNotNull();
            assertThat(driver.connections().get(0).isClosed()).isFalse();
        }
    }

    private static Object unwrapAndForget(WellheadDataSource pool) throws SQLException {
        return pool.getConnection().unwrap(FakeConnection.class);
    }

    @Test
    void whatCameFromAHandleKeepsIt() throws Exception {
        try (var pool = new WellheadDataSource(config("kept").maxSize(3).build(), events)) {
            var kept = new ArrayList<Wrapper>();
            kept.add(pool.getConnection().createStatement());
            kept.add(pool.getConnection().createStatement().executeQuery("SELECT 1"));
            kept.add(pool.getConnection().getMetaData());
            throughout().until(() -> abandoned().isEmpty() && pool.snapshot().active() == 3);
            assertThat(((Statement) kept.get(0)).execute("SELECT 2")).isTrue();
            kept.clear();
            await().until(() -> abandoned().size() == 3 && pool.snapshot().active() == 0);
        }
    }

    /** Compiled code holds no object longer than its last use, so the call itself must hold the handle. */
    @Test
    void callUnderWayKeepsItsHandle() throws Exception {
        try (var pool = new WellheadDataSource(config("under-way").build(), events)) {
            for (int i = 0; i < 15_000; i++) {
                try (var connection = pool.getConnection()) {
                    connection.createStatement().execute("SELECT 1");
                }
            }
            driver.on(FakeOperation.EXECUTE, FakeBehavior.hang());
            var execute = Work.async(() -> runAndForget(pool));
            await().until(() -> pool.snapshot().active() == 1);
            throughout().until(() -> abandoned().isEmpty());
            driver.on(FakeOperation.EXECUTE, FakeBehavior.normal());
            driver.release();
            assertThat(Work.get(execute)).isTrue();
            await().until(() -> abandoned().size() == 1 && pool.snapshot().active() == 0);
        }
    }

    private static boolean runAndForget(WellheadDataSource pool) throws SQLException {
        return pool.getConnection().createStatement().execute("SELECT 1");
    }

    @Test
    void closeUnderWayIsNotTakenForAbandoned() throws Exception {
        try (var pool = new WellheadDataSource(config("closing").build(), events)) {
            for (int i = 0; i < 15_000; i++) {
                leaveOpen(pool);
            }
            driver.on(FakeOperation.ROLLBACK, FakeBehavior.hang());
            var close = Work.async(() -> {
                leaveOpen(pool);
                return true;
            });
            await().until(() -> driver.connections().get(0).begun()
                    == 1 + driver.connections().get(0).rolledBack());
            throughout().until(() -> abandoned().isEmpty() && pool.snapshot().active() == 1);
            driver.release();
            assertThat(Work.get(close)).isTrue();
            await().until(() -> pool.snapshot().active() == 0);
            assertThat(abandoned()).isEmpty();
        }
    }

    private static void leaveOpen(WellheadDataSource pool) throws SQLException {
        var connection = pool.getConnection();
        connection.setAutoCommit(false);
        connection.createStatement().execute("SELECT 1");
        connection.close();
    }

    /** Short leases and long ones, used and unused, with collections and many looks of the housekeeper in between. */
    @Test
    void givenBackConnectionsAreNeverTakenForAbandoned() throws Exception {
        int threads = 8;
        var stop = new AtomicBoolean();
        try (var pool = new WellheadDataSource(
                config("churn")
                        .maxSize(4)
                        .housekeeperInterval(Duration.ofMillis(1))
                        .leakThreshold(Duration.ofMillis(1))
                        .build(),
                events)) {
            var done = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < threads; i++) {
                done.add(Work.async(() -> {
                    while (!stop.get()) {
                        try (var connection = pool.getConnection("churn")) {
                            connection.createStatement().execute("SELECT 1");
                            if (Math.floorMod(System.nanoTime(), 50) == 0) {
                                pool.leases();
                                Thread.onSpinWait();
                            }
                        }
                    }
                    return true;
                }));
            }
            await().pollInterval(Duration.ofMillis(50))
                    .during(Duration.ofSeconds(1))
                    .until(() -> abandoned().isEmpty());
            stop.set(true);
            for (var one : done) {
                assertThat(Work.get(one)).isTrue();
            }
            await().until(() -> pool.snapshot().active() == 0);
            var counters = pool.snapshot().counters();
            assertThat(counters.released()).isEqualTo(counters.direct() + counters.waited());
            assertThat(counters.closedTotal()).isZero();
        }
    }
}
