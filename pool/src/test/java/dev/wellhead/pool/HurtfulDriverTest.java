// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeCall;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drivers that are slow, hang, throw and lie: each hurts its own connection and nobody else. */
class HurtfulDriverTest {

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    private PoolConfig.Builder config() {
        return PoolConfig.builder().jdbcUrl(driver.url()).minIdle(0).closeTimeout(Duration.ofMillis(300));
    }

    /** Acquires, does something and releases, and says how long that took. */
    private static Duration use(WellheadDataSource pool) throws SQLException {
        long began = System.nanoTime();
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        return Work.since(began);
    }

    private static List<Connection> acquire(WellheadDataSource pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.getConnection());
        }
        return held;
    }

    @Test
    void connectThatHangsForEverDelaysServiceByLessThanASecondAtDefaults() throws Exception {
        driver.nextOpens(FakeBehavior.hang(), FakeBehavior.hang());
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .build())) {
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
            await().until(() -> pool.snapshot().idle() >= 2);
        }
    }

    @Test
    void poolOfOneSurvivesConnectsThatHang() throws Exception {
        driver.nextOpens(FakeBehavior.hang(), FakeBehavior.hang(), FakeBehavior.hang());
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config().maxSize(1)
                        .startMode(StartMode.LAZY)
                        .connectTimeout(Duration.ofMillis(100))
                        .createRetryInterval(Duration.ofMillis(10))
                        .build(),
                events)) {
            assertThat(use(pool)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
            // Told apart from callers: the last may come after its caller was served.
            await().until(() -> events.of(PoolEvent.OpenFailed.class).size() == 3);
            assertThat(events.of(PoolEvent.OpenFailed.class)).allSatisfy(failed -> {
                assertThat(failed.cause()).hasMessageContaining("connect-timeout=100ms");
                assertThat(failed.took()).isBetween(Duration.ofMillis(100), Duration.ofMillis(400));
            });
            // What arrives after it was abandoned is closed, not kept.
            driver.release();
            await().until(() -> driver.opened() == 4 && driver.openNow() == 1);
            assertThat(pool.snapshot().total()).isEqualTo(1);
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void neverMoreThanMaxSizeAreOpenAlsoWhenSlowConnectsAreReplaced() throws Exception {
        driver.nextOpens(FakeBehavior.slow(Duration.ofMillis(700)), FakeBehavior.slow(Duration.ofMillis(700)));
        try (var pool = new WellheadDataSource(
                config().maxSize(2).startMode(StartMode.LAZY).build())) {
            var callers = List.of(Work.async(pool::getConnection), Work.async(pool::getConnection));
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.SURPLUS) == 2);
            assertThat(pool.snapshot().total()).isEqualTo(2);
            await().until(() -> driver.openNow() == 2);
            for (var caller : callers) {
                Work.get(caller).close();
            }
        }
    }

    @Test
    void errorThatADriverThrowsAtConnectIsAFailedOpen() throws Exception {
        driver.nextOpens(FakeBehavior.fail(HurtfulDriverTest::assertion));
        try (var pool = new WellheadDataSource(
                config().maxSize(1).startMode(StartMode.LAZY).build())) {
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
            assertThat(pool.snapshot().counters().openFailed()).isEqualTo(1);
            assertThat(pool.snapshot().opening()).isZero();
        }
    }

    @Test
    void errorThatADriverThrowsAtRollbackCostsThatConnectionAndNoPlace() throws Exception {
        driver.on(FakeOperation.ROLLBACK, FakeBehavior.fail(HurtfulDriverTest::assertion));
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SELECT 1");
            }
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.FAILED_RESET, 1L);
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
        }
    }

    private static SQLException assertion() {
        throw new AssertionError("the driver's own");
    }

    @Test
    void socketThatIsBeingClosedStillTakesAPlaceInThePool() throws Exception {
        driver.on(FakeOperation.CLOSE, FakeBehavior.slow(Duration.ofMillis(20)));
        try (var pool = new WellheadDataSource(config().maxSize(3).maxUses(1).build())) {
            var callers = new ArrayList<CompletableFuture<Duration>>();
            for (int i = 0; i < 60; i++) {
                callers.add(Work.async(() -> use(pool)));
            }
            for (var caller : callers) {
                Work.get(caller);
            }
            assertThat(driver.opened()).isGreaterThanOrEqualTo(60);
            assertThat(driver.peakOpen()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void closesThatHangTakeAPlaceForAQuarterOfASecondAndNoLonger() throws Exception {
        driver.on(FakeOperation.CLOSE, FakeBehavior.hang());
        try (var pool = new WellheadDataSource(config().maxSize(1)
                .maxUses(1)
                .closeTimeout(Duration.ofSeconds(30))
                .build())) {
            use(pool);
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
        } finally {
            driver.release();
        }
    }

    @Test
    void driverThatReturnsNullIsAFailedOpenAndTriedAgain() throws Exception {
        driver.nextOpens(FakeBehavior.returnNull());
        try (var pool =
                new WellheadDataSource(config().startMode(StartMode.LAZY).build())) {
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(2));
            assertThat(pool.snapshot().counters().openFailed()).isEqualTo(1);
            assertThat(pool.snapshot().lastOpenFailure().orElseThrow().message())
                    .contains("The driver returned no connection");
        }
    }

    @Test
    void failingConnectsAreToldToTheRefusedCaller() {
        driver.on(FakeOperation.OPEN, FakeBehavior.fail("too many clients", "53300", 0));
        try (var pool =
                new WellheadDataSource(config().startMode(StartMode.LAZY).build())) {
            assertThatThrownBy(() -> pool.getConnection("x", Duration.ofMillis(200)))
                    .hasMessageContaining("53300 too many clients")
                    .hasRootCauseMessage("too many clients");
        }
    }

    @Test
    void closeThatThrowsOrHangsHarmsNobody() throws Exception {
        for (var behavior : List.of(FakeBehavior.fail("close failed", "08006", 0), FakeBehavior.hang())) {
            driver.on(FakeOperation.CLOSE, behavior);
            try (var pool = new WellheadDataSource(config().maxSize(2).build())) {
                for (int i = 0; i < 5; i++) {
                    for (var connection : acquire(pool, 2)) {
                        connection.close();
                    }
                    pool.evictAll();
                    assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
                }
                assertThat(pool.snapshot().counters().closed().get(EvictReason.REQUESTED))
                        .isGreaterThanOrEqualTo(5);
            }
            // Whatever close() does, the socket is gone in the end.
            await().until(() -> driver.openNow() == 0);
        }
    }

    @Test
    void validationThatHangsDelaysItsCallerByLessThanASecond() throws Exception {
        try (var pool = new WellheadDataSource(
                config().maxSize(3).validateAfterIdle(Duration.ZERO).build())) {
            for (var connection : acquire(pool, 3)) {
                connection.close();
            }
            driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
            assertThat(pool.snapshot().counters().closed().get(EvictReason.FAILED_VALIDATION))
                    .isBetween(1L, 3L);
        }
    }

    @Test
    void keepaliveThatHangsEndsOnlyItsConnection() throws Exception {
        try (var pool = new WellheadDataSource(config().minIdle(2)
                .maxSize(3)
                .keepaliveInterval(Duration.ofMillis(50))
                .validationTimeout(Duration.ofMillis(200))
                .housekeeperInterval(Duration.ofMillis(10))
                .build())) {
            await().until(() -> pool.snapshot().idle() == 2);
            driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.FAILED_KEEPALIVE) >= 2);
            driver.on(FakeOperation.VALIDATE, FakeBehavior.normal());
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void connectionThatIsDeadAndLiesIsFoundOutByItsFirstUser() throws Exception {
        driver.on(FakeOperation.VALIDATE, FakeBehavior.answer(true));
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            use(pool);
            driver.connections().get(0).die();
            assertThatThrownBy(() -> use(pool)).isInstanceOf(SQLException.class);
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.BROKEN, 1L);
        }
    }

    @Test
    void rollbackThatFailsAtReleaseEndsOnlyThatConnection() throws Exception {
        driver.on(FakeOperation.ROLLBACK, FakeBehavior.fail("no", "XX000", 0));
        try (var pool = new WellheadDataSource(config().maxSize(2).build())) {
            var held = acquire(pool, 2);
            held.get(0).setAutoCommit(false);
            try (var statement = held.get(0).createStatement()) {
                statement.execute("UPDATE t SET a = 1");
            }
            for (var connection : held) {
                connection.close();
            }
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.FAILED_RESET, 1L);
            assertThat(pool.snapshot().idle()).isEqualTo(1);
            assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void rollbackThatHangsAtReleaseHoldsOnlyItsCallerAndConnection() throws Exception {
        driver.on(FakeOperation.ROLLBACK, FakeBehavior.hang());
        try (var pool = new WellheadDataSource(config().maxSize(2).build())) {
            var stuck = Work.async(() -> {
                try (var connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    try (var statement = connection.createStatement()) {
                        statement.execute("UPDATE t SET a = 1");
                    }
                }
                return true;
            });
            await().until(() -> !driver.calls(FakeOperation.ROLLBACK).isEmpty());
            for (int i = 0; i < 10; i++) {
                assertThat(use(pool)).isLessThan(Duration.ofSeconds(1));
            }
            assertThat(stuck).isNotDone();
            driver.release();
            assertThat(Work.get(stuck)).isTrue();
        }
    }

    @Test
    void brokenConnectionIsNotAskedToRollBack() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1).build())) {
            var holder = Work.async(() -> {
                try (var connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    driver.on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "08006", 0));
                    assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                            .hasMessageContaining("gone");
                    // On a dead socket this would hang, and the caller with it.
                    driver.on(FakeOperation.ROLLBACK, FakeBehavior.hang());
                }
                return true;
            });
            assertThat(Work.get(holder)).isTrue();
            assertThat(driver.calls(FakeOperation.ROLLBACK)).isEmpty();
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.BROKEN, 1L);
        }
    }

    @Test
    void callersNeverConnectValidateOrClose() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(3)
                .maxUses(7)
                .validateAfterIdle(Duration.ZERO)
                .startMode(StartMode.LAZY)
                .build())) {
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 8; i++) {
                callers.add(Work.async(() -> {
                    for (int round = 0; round < 40; round++) {
                        use(pool);
                    }
                    return true;
                }));
            }
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
            pool.evictAll();
        }
        for (var operation :
                List.of(FakeOperation.OPEN, FakeOperation.VALIDATE, FakeOperation.CLOSE, FakeOperation.ABORT)) {
            assertThat(driver.calls(operation))
                    .extracting(FakeCall::thread)
                    .allMatch(thread -> thread.startsWith("wellhead-worker"));
        }
        assertThat(driver.calls(FakeOperation.OPEN)).hasSizeGreaterThan(10);
        assertThat(driver.calls(FakeOperation.VALIDATE)).isNotEmpty();
        assertThat(driver.calls(FakeOperation.CLOSE)).isNotEmpty();
        assertThat(driver.calls(FakeOperation.EXECUTE))
                .extracting(FakeCall::thread)
                .contains("caller");
    }

    @Test
    void opensBeginFewAndDoubleUpToEight() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.slow(Duration.ofMillis(100)));
        try (var pool = new WellheadDataSource(
                config().maxSize(60).startMode(StartMode.LAZY).build())) {
            var callers = new ArrayList<CompletableFuture<Connection>>();
            for (int i = 0; i < 60; i++) {
                callers.add(Work.async(pool::getConnection));
            }
            // All are held until all are there: one given back early would serve the others, and no more be opened.
            var held = callers.stream().map(Work::get).toList();
            assertThat(held).hasSize(60);
            for (var connection : held) {
                connection.close();
            }
            assertThat(driver.peakOpening()).isBetween(5, 8);
            assertThat(driver.peakOpen()).isLessThanOrEqualTo(60);
        }
    }

    @Test
    void recoveringDatabaseIsTriedByOneAtATime() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.fail("starting up", "57P03", 0));
        try (var pool = new WellheadDataSource(config().maxSize(30)
                .startMode(StartMode.LAZY)
                .createRetryInterval(Duration.ofMillis(20))
                .build())) {
            var callers = new ArrayList<CompletableFuture<Duration>>();
            for (int i = 0; i < 30; i++) {
                callers.add(Work.async(() -> use(pool)));
            }
            await().until(() -> driver.calls(FakeOperation.OPEN).size() >= 12);
            // The first two begin together; all later ones are alone.
            assertThat(driver.peakOpening()).isLessThanOrEqualTo(2);
            var times = driver.calls(FakeOperation.OPEN).stream()
                    .map(FakeCall::atNanos)
                    .toList();
            for (int i = 3; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 1)).isGreaterThan(9_000_000L);
            }
            driver.on(FakeOperation.OPEN, FakeBehavior.normal());
            for (var caller : callers) {
                assertThat(Work.get(caller)).isPositive();
            }
        }
    }

    @Test
    void openUnpooledThatHangsEndsAtItsLimitAndIsClosedWhenItArrives() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            driver.nextOpens(FakeBehavior.hang());
            long began = System.nanoTime();
            assertThatThrownBy(() -> pool.openUnpooled(Duration.ofMillis(150)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Connect took longer than 150 ms");
            assertThat(Work.since(began)).isBetween(Duration.ofMillis(150), Duration.ofSeconds(1));
            driver.release();
            await().until(() -> driver.opened() == 2 && driver.openNow() == 1);
        }
    }

    @Test
    void hundredsOfIdleConnectionsOfTheSameMomentAreSortedAndClosed() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(400)
                .acquireTimeout(Duration.ofSeconds(20))
                .housekeeperInterval(Duration.ofMillis(10))
                .idleTimeout(Duration.ofMillis(200))
                .build())) {
            for (var connection : acquire(pool, 400)) {
                connection.close();
            }
            await().until(() -> pool.snapshot().total() == 0);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.IDLE_TIMEOUT, 400L);
        }
    }

    @Test
    void closeOfThePoolAbortsAConnectionThatHangsInACall() throws Exception {
        driver.on(FakeOperation.EXECUTE, FakeBehavior.hang());
        var pool = new WellheadDataSource(config().build());
        var stuck = Work.async(() -> {
            assertThatThrownBy(() -> use(pool)).isInstanceOf(SQLException.class);
            return true;
        });
        await().until(() -> !driver.calls(FakeOperation.EXECUTE).isEmpty());
        var report = pool.close(Duration.ofMillis(100));
        assertThat(report.complete()).isFalse();
        assertThat(report.remaining()).hasSize(1);
        assertThat(Work.get(stuck)).isTrue();
        await().until(() -> driver.openNow() == 0);
    }
}
