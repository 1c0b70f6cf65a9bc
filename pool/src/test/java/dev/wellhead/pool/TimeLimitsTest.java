// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits are kept whatever the driver does, and have no floor that nobody configured. */
class TimeLimitsTest {

    /** What the issue allows; the machine's own hiccups are in it. */
    private static final Duration GRACE = Duration.ofMillis(50);

    private final FakeDriver driver = FakeDriver.create();

    /** The first calls of a JVM load classes, which is not the time that is measured here. */
    @BeforeAll
    static void loadClasses() throws Exception {
        var first = new TimeLimitsTest();
        try (var pool = new WellheadDataSource(first.config()
                .maxSize(1)
                .validateAfterIdle(Duration.ZERO)
                .validationTimeout(Duration.ofMillis(20))
                .build())) {
            pool.getConnection().close();
            first.driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            pool.getConnection().close();
            first.driver.on(FakeOperation.VALIDATE, FakeBehavior.normal());
            try (var held = pool.getConnection()) {
                assertThat(held.isClosed()).isFalse();
                assertThatThrownBy(() -> pool.getConnection("second", Duration.ofMillis(5)))
                        .isInstanceOf(AcquireRefusedException.class);
            }
        } finally {
            first.driver.close();
        }
    }

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    private PoolConfig.Builder config() {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .closeTimeout(Duration.ofMillis(200));
    }

    /** What hangs, the acquire limit, and whether connections lie idle and stale when the callers come. */
    static Stream<Arguments> hangs() {
        return Stream.of(
                        List.of(FakeOperation.OPEN),
                        List.of(FakeOperation.OPEN, FakeOperation.VALIDATE),
                        List.of(FakeOperation.OPEN, FakeOperation.VALIDATE, FakeOperation.CLOSE, FakeOperation.ABORT),
                        List.of(FakeOperation.OPEN, FakeOperation.CLOSE),
                        List.of(FakeOperation.OTHER),
                        List.of(FakeOperation.OTHER, FakeOperation.VALIDATE),
                        List.of(FakeOperation.values()))
                .flatMap(hanging -> Stream.of(5, 300)
                        .flatMap(limit -> Stream.of(true, false).map(stale -> Arguments.of(hanging, limit, stale))));
    }

    @ParameterizedTest
    @MethodSource("hangs")
    void acquireLimitIsKeptThoughTheDriverHangs(List<FakeOperation> hanging, int limitMillis, boolean stale)
            throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(3)
                .acquireTimeout(Duration.ofMillis(limitMillis))
                .validateAfterIdle(Duration.ZERO)
                .build())) {
            if (stale) {
                try (var first = pool.getConnection("warm", Duration.ofSeconds(5));
                        var second = pool.getConnection("warm", Duration.ofSeconds(5))) {
                    assertThat(first).isNotSameAs(second);
                }
            }
            for (var operation : hanging) {
                driver.on(operation, FakeBehavior.hang());
            }
            var callers = new ArrayList<CompletableFuture<Duration>>();
            for (int i = 0; i < 5; i++) {
                callers.add(Work.async(() -> answeredAfter(pool)));
            }
            for (var caller : callers) {
                assertThat(Work.get(caller))
                        .isLessThan(Duration.ofMillis(limitMillis).plus(GRACE));
            }
            // Three places at most.
            assertThat(pool.snapshot().counters().refused().get(RefusalReason.TIMEOUT)
                            + pool.snapshot().counters().refused().get(RefusalReason.DATABASE_DOWN))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    /** Served or refused; a connection that was served is kept. */
    private static Duration answeredAfter(WellheadDataSource pool) throws SQLException {
        long began = System.nanoTime();
        try {
            var kept = pool.getConnection();
            assertThat(kept.isClosed()).isFalse();
        } catch (AcquireRefusedException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
        return Work.since(began);
    }

    private static Duration refusedAfter(WellheadDataSource pool) {
        long began = System.nanoTime();
        assertThatThrownBy(() -> pool.getConnection().close()).isInstanceOf(AcquireRefusedException.class);
        return Work.since(began);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 30})
    void acquireLimitIsKeptWhileHoldersNeverReturn(int limitMillis) throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1)
                .acquireTimeout(Duration.ofMillis(limitMillis))
                .build())) {
            try (var held = pool.getConnection("first", Duration.ofSeconds(5))) {
                for (int i = 0; i < 20; i++) {
                    assertThat(refusedAfter(pool))
                            .isBetween(
                                    Duration.ofMillis(limitMillis),
                                    Duration.ofMillis(limitMillis).plus(GRACE));
                }
                assertThat(held.isClosed()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 50, 400, 700})
    void connectLimitIsKeptToTheMillisecondsThatWereSet(int limitMillis) throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.hang());
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config().maxSize(1)
                        .connectTimeout(Duration.ofMillis(limitMillis))
                        .acquireTimeout(Duration.ofSeconds(5))
                        .build(),
                events)) {
            var caller = Work.async(pool::getConnection);
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> !events.of(PoolEvent.OpenFailed.class).isEmpty());
            assertThat(events.of(PoolEvent.OpenFailed.class).get(0).took())
                    .isBetween(
                            Duration.ofMillis(limitMillis),
                            Duration.ofMillis(limitMillis).plus(GRACE));
            driver.on(FakeOperation.OPEN, FakeBehavior.normal());
            Work.get(caller).close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 120, 400})
    void validationLimitIsKeptThoughIsValidKnowsWholeSecondsOnly(int limitMillis) throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                config().maxSize(1)
                        .minIdle(1)
                        .keepaliveInterval(Duration.ofMillis(50))
                        .housekeeperInterval(Duration.ofMillis(10))
                        .validationTimeout(Duration.ofMillis(limitMillis))
                        .build(),
                events)) {
            pool.getConnection().close();
            driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> !events.evicted(EvictReason.FAILED_KEEPALIVE).isEmpty());
            long asked = driver.calls(FakeOperation.VALIDATE).get(0).atNanos();
            await().until(() -> !driver.calls(FakeOperation.ABORT).isEmpty());
            long gone = driver.calls(FakeOperation.ABORT).get(0).atNanos();
            // The worker begins a moment after the limit does.
            assertThat(Duration.ofNanos(gone - asked))
                    .isBetween(
                            Duration.ofMillis(limitMillis - 15),
                            Duration.ofMillis(limitMillis).plus(GRACE));
            driver.on(FakeOperation.VALIDATE, FakeBehavior.normal());
        }
    }

    @Test
    void validationLimitBoundsAStaleHandOutToo() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1)
                .validateAfterIdle(Duration.ZERO)
                .validationTimeout(Duration.ofMillis(20))
                .build())) {
            pool.getConnection().close();
            driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            long began = System.nanoTime();
            pool.getConnection().close();
            assertThat(Work.since(began)).isLessThan(Duration.ofMillis(20).plus(GRACE));
        }
    }

    @Test
    void openUnpooledKeepsItsOwnLimit() throws Exception {
        driver.on(FakeOperation.OPEN, FakeBehavior.hang());
        try (var pool = new WellheadDataSource(config().build())) {
            long began = System.nanoTime();
            assertThatThrownBy(() -> pool.openUnpooled(Duration.ofMillis(5))).isInstanceOf(SQLException.class);
            assertThat(Work.since(began)).isLessThan(Duration.ofMillis(5).plus(GRACE));
        }
    }

    @Test
    void driverWhoseValidationsNeverEndTakesFewThreads() throws Exception {
        // Neither the limit nor an abort frees them.
        driver.on(FakeOperation.ABORT, FakeBehavior.hang());
        var held = new ArrayList<Connection>();
        try (var pool = new WellheadDataSource(config().maxSize(60)
                .acquireTimeout(Duration.ofSeconds(20))
                .validateAfterIdle(Duration.ZERO)
                .validationTimeout(Duration.ofMillis(50))
                .closeTimeout(Duration.ofMillis(50))
                .build())) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 60; i++) {
                    held.add(pool.getConnection());
                }
                for (var connection : held) {
                    connection.close();
                }
                held.clear();
                driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
                for (int i = 0; i < 60; i++) {
                    held.add(pool.getConnection());
                }
                for (var connection : held) {
                    connection.close();
                }
                held.clear();
            }
            long workers = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("wellhead-worker"))
                    .filter(thread -> Stream.of(thread.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().endsWith("FakeDriver")))
                    .count();
            assertThat(workers).isLessThanOrEqualTo(16 + 60 + 32 + 32);
        }
    }
}
