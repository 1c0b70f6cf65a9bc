// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.example.shop.Orders;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller who gets nothing is told of those who hold, and what is said of those who hold wrongly. */
class HoldersTest {

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
        return PoolConfig.builder().name(name).jdbcUrl(driver.url()).minIdle(0).acquireTimeout(Duration.ofMillis(100));
    }

    // The error of a caller who gets nothing.

    @Test
    void timeOutNamesTheHoldersByPlace() throws Exception {
        var until = new CountDownLatch(1);
        try (var pool = new WellheadDataSource(config("places").maxSize(6).build())) {
            var holders = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 3; i++) {
                holders.add(Work.async(() -> {
                    Orders.hold(pool, "UPDATE orders SET a = 1", true, until);
                    return true;
                }));
            }
            await().until(() -> pool.leases().stream()
                            .filter(lease -> lease.sql().startsWith("UPDATE"))
                            .count()
                    == 3);
            var first = pool.getConnection("import");
            var second = pool.getConnection("import");
            driver.on(FakeOperation.EXECUTE, FakeBehavior.hang());
            holders.add(Work.async(() -> {
                try (var connection = pool.getConnection("report")) {
                    return connection.createStatement().execute("SELECT slow");
                }
            }));
            await().until(() -> pool.leases().stream().anyMatch(Lease::running));

            assertThatThrownBy(() -> takeElsewhere(pool))
                    .isInstanceOf(AcquireRefusedException.class)
                    .satisfies(e -> assertThat(e.getMessage())
                            .contains("3 x com.example.shop.Orders.hold(Orders.java:")
                            .contains("the longest held for ")
                            .contains("idle in transaction for ")
                            .contains("last statement: UPDATE orders SET a = 1")
                            .contains("2 x operation 'import'")
                            .contains("no statement yet")
                            .contains("1 x operation 'report', held for ")
                            .containsPattern("running for \\d+ ms: SELECT slow")
                            .contains("by thread 'caller'"));
            driver.on(FakeOperation.EXECUTE, FakeBehavior.normal());
            driver.release();
            until.countDown();
            for (var holder : holders) {
                assertThat(Work.get(holder)).isTrue();
            }
            first.close();
            second.close();
        }
    }

    @Test
    void textStaysShortHoweverManyPlaces() throws Exception {
        int places = 40;
        try (var pool = new WellheadDataSource(config("many").maxSize(places).build())) {
            for (int i = 0; i < places; i++) {
                var connection = pool.getConnection("place " + i + " " + "x".repeat(500));
                connection.createStatement().execute("SELECT " + "y".repeat(5_000));
            }
            assertThatThrownBy(() -> takeElsewhere(pool))
                    .satisfies(e -> assertThat(e.getMessage())
                            .contains("1 x operation 'place 0 x", "35 more at 35 other places.")
                            .hasSizeLessThan(3_000));
        }
    }

    /** On a thread that holds nothing. */
    private static void takeElsewhere(WellheadDataSource pool) throws SQLException {
        var result = new CompletableFuture<SQLException>();
        new Thread(() -> {
                    try (var unexpected = pool.getConnection("late")) {
                        result.completeExceptionally(new AssertionError("got " + unexpected));
                    } catch (SQLException e) {
                        result.complete(e);
                    }
                })
                .start();
        throw result.join();
    }

    // Nested acquires.

    @Test
    void threadThatWaitsWhileItHoldsIsReportedOnceAPairOfPlaces() throws Exception {
        try (var pool = new WellheadDataSource(
                        config("nested").maxSize(1).acquireTracing(true).build(), events);
                var logs = Logs.of("nested")) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> Orders.nest(pool))
                        .hasMessageContaining("This thread already holds a connection of this pool: "
                                + "com.example.shop.Orders.nest(Orders.java:")
                        .hasMessageContaining("it asks for another at com.example.shop.Orders.inner(Orders.java:");
            }
            await().until(() -> events.of(PoolEvent.Nested.class).size() == 3);
            var nested = events.of(PoolEvent.Nested.class).get(0);
            assertThat(nested.held().callSite()).startsWith("com.example.shop.Orders.nest(");
            assertThat(nested.waitsAt()).startsWith("com.example.shop.Orders.inner(");
            assertThat(nested.refused()).isFalse();
            assertThat(pool.snapshot().counters().nested()).isEqualTo(3);
            await().until(() -> logs.lines("nested acquire").size() == 1);
            await().during(Duration.ofMillis(100))
                    .until(() -> logs.lines("nested acquire").size() == 1);
            assertThat(logs.lines("nested acquire").get(0))
                    .contains("holds=com.example.shop.Orders.nest(", "waitsAt=com.example.shop.Orders.inner(");
            assertThat(logs.threads()).doesNotContain(Thread.currentThread().getName());
        }
    }

    @Test
    void nestedAcquireIsRefusedAtOnceWhereAskedFor() throws Exception {
        try (var pool = new WellheadDataSource(
                        config("refuse")
                                .maxSize(1)
                                .acquireTimeout(Duration.ofSeconds(30))
                                .nestedAcquire(NestedAcquire.REFUSE)
                                .build(),
                        events);
                var outer = pool.getConnection("outer")) {
            outer.createStatement().execute("SELECT outer");
            long began = System.nanoTime();
            assertThatThrownBy(() -> pool.getConnection("inner"))
                    .isInstanceOfSatisfying(AcquireRefusedException.class, e -> {
                        assertThat(e.reason()).isEqualTo(RefusalReason.NESTED);
                        assertThat(e.getSQLState()).isEqualTo("08W09");
                    })
                    .hasMessageStartingWith("Nested acquire refused. [E2001] pool=refuse:")
                    .hasMessageContaining("operation 'outer'")
                    .hasMessageContaining("last statement: SELECT outer")
                    .hasMessageContaining("it asks for another at inner")
                    .hasMessageContaining("Next: close that connection");
            assertThat(Work.since(began)).isLessThan(Duration.ofSeconds(5));
            assertThat(pool.snapshot().waiting()).isZero();
            assertThat(pool.snapshot().counters().refused()).containsEntry(RefusalReason.NESTED, 1L);
            await().until(() -> events.of(PoolEvent.Nested.class).size() == 1);
            assertThat(events.of(PoolEvent.Nested.class).get(0).refused()).isTrue();
        }
    }

    @Test
    void nestedAcquireWaitsWhileThePoolCanStillGrowForIt() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.slow(Duration.ofMillis(50)));
        try (var pool = new WellheadDataSource(
                        config("grows")
                                .maxSize(2)
                                .acquireTimeout(Duration.ofSeconds(20))
                                .nestedAcquire(NestedAcquire.REFUSE)
                                .build(),
                        events);
                var outer = pool.getConnection("outer");
                var inner = pool.getConnection("inner")) {
            assertThat(inner).isNotSameAs(outer);
            assertThatThrownBy(() -> pool.getConnection("third")).hasMessageStartingWith("Nested acquire refused.");
            assertThat(pool.snapshot().counters().nested()).isEqualTo(2);
        }
    }

    @Test
    void nestedAcquireThatNeedNotWaitIsNobodysBusiness() throws Exception {
        try (var pool = new WellheadDataSource(
                config("ready")
                        .maxSize(2)
                        .minIdle(2)
                        .nestedAcquire(NestedAcquire.REFUSE)
                        .build(),
                events)) {
            await().until(() -> pool.snapshot().idle() == 2);
            Orders.nest(pool);
            assertThat(pool.snapshot().counters().nested()).isZero();
            assertThat(events.of(PoolEvent.Nested.class)).isEmpty();
        }
    }

    // Transactions left open.

    @Test
    void openTransactionIsRolledBackCountedAndLoggedOnceAPlace() throws Exception {
        try (var pool = new WellheadDataSource(config("left").build(), events);
                var logs = Logs.of("left")) {
            for (int i = 0; i < 3; i++) {
                Orders.leaveOpen(pool);
            }
            try (var connection = pool.getConnection("named")) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("UPDATE orders SET a = 1");
            }
            assertThat(pool.snapshot().counters().rolledBack()).isEqualTo(4);
            assertThat(driver.connections().get(0).rolledBack()).isEqualTo(4);
            await().until(() -> events.of(PoolEvent.RolledBack.class).size() == 4);
            assertThat(events.of(PoolEvent.RolledBack.class))
                    .extracting(PoolEvent.RolledBack::callSite)
                    .filteredOn(site -> site.startsWith("com.example.shop.Orders.leaveOpen(Orders.java:"))
                    .hasSize(3);
            await().until(() -> logs.lines("transaction left open").size() == 2);
            await().during(Duration.ofMillis(100))
                    .until(() -> logs.lines("transaction left open").size() == 2);
            assertThat(logs.lines("transaction left open"))
                    .anyMatch(line -> line.contains("callSite=com.example.shop.Orders.leaveOpen("))
                    .anyMatch(line -> line.contains("callSite=named"));
            assertThat(logs.threads()).doesNotContain(Thread.currentThread().getName());
        }
    }
}
