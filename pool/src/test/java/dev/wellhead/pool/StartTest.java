// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What opening a pool does, with and without a database that answers, and how often a missing one is tried. */
class StartTest {

    private static PoolConfig.Builder config(FaultProxy proxy) {
        return PoolConfig.builder().jdbcUrl(proxy.jdbcUrl("postgres")).minIdle(0);
    }

    private static FaultProxy refusing() {
        var proxy = FaultProxy.to(PostgresServer.shared());
        proxy.refuse();
        return proxy;
    }

    @Test
    void failFastTriesOnce() {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            proxy.future().close();
            var events = new Events();
            assertThatThrownBy(() -> new WellheadDataSource(
                            config(proxy)
                                    .name("orders")
                                    .startMode(StartMode.FAIL_FAST)
                                    .build(),
                            events))
                    .isInstanceOfSatisfying(
                            PoolStartException.class,
                            e -> assertThat(e.attempts()).isEqualTo(1))
                    .hasMessageContaining("Pool orders")
                    .hasMessageContaining("in 1 attempt: ")
                    .hasCauseInstanceOf(SQLException.class);
            assertThat(proxy.accepted()).isEqualTo(1);
            assertThat(events.of(PoolEvent.OpenFailed.class)).hasSize(1);
        }
    }

    @Test
    void waitTriesAsManyTimesMoreAsConfiguredThatFarApart() {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            proxy.future().close();
            long began = System.nanoTime();
            var events = new Events();
            assertThatThrownBy(() -> new WellheadDataSource(
                            config(proxy)
                                    .startRetries(3)
                                    .startRetryDelay(Duration.ofMillis(100))
                                    .build(),
                            events))
                    .isInstanceOfSatisfying(
                            PoolStartException.class,
                            e -> assertThat(e.attempts()).isEqualTo(4))
                    .hasMessageContaining("in 4 attempts: ");
            assertThat(Work.since(began)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
            assertThat(proxy.accepted()).isEqualTo(4);
            assertThat(events.of(PoolEvent.OpenFailed.class)).hasSize(4);
        }
    }

    @Test
    void waitGoesOnAsSoonAsTheDatabaseAnswers() throws Exception {
        try (var proxy = refusing()) {
            var tries = new AtomicInteger();
            PoolListener afterTwo = event -> {
                if (event instanceof PoolEvent.OpenFailed && tries.incrementAndGet() == 2) {
                    proxy.listen();
                }
            };
            var events = new Events();
            try (var pool = new WellheadDataSource(
                    config(proxy).startRetryDelay(Duration.ofMillis(50)).build(), events, afterTwo)) {
                assertThat(Work.pid(pool)).isPositive();
                assertThat(pool.snapshot().counters().openFailed()).isEqualTo(2);
                await().until(() -> events.of(PoolEvent.Opened.class).size() == 1);
                assertThat(events.of(PoolEvent.OpenFailed.class)).hasSize(2);
            }
        }
    }

    @Test
    void startHasOneConnectionOpen() {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(config(proxy).build())) {
            assertThat(pool.snapshot().total()).isEqualTo(1);
            assertThat(proxy.accepted()).isEqualTo(1);
        }
    }

    @Test
    void startGivesUpOnAConnectThatHangs() {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            proxy.future().blackHole();
            long began = System.nanoTime();
            assertThatThrownBy(() -> new WellheadDataSource(config(proxy)
                            .connectTimeout(Duration.ofMillis(200))
                            .startMode(StartMode.FAIL_FAST)
                            .build()))
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("connect-timeout=200ms");
            assertThat(Work.since(began)).isBetween(Duration.ofMillis(200), Duration.ofSeconds(2));
        }
    }

    @Test
    void lazyOpensNothingUntilTheFirstCaller() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(config(proxy)
                        .minIdle(2)
                        .housekeeperInterval(Duration.ofMillis(20))
                        .startMode(StartMode.LAZY)
                        .build())) {
            await().during(Duration.ofMillis(300)).until(() -> proxy.accepted() == 0);
            assertThat(Work.pid(pool)).isPositive();
            await().until(() -> pool.snapshot().idle() >= 2);
        }
    }

    @Test
    void lazyPoolWithoutDatabaseTellsItsFirstCaller() {
        try (var proxy = refusing();
                var pool = new WellheadDataSource(config(proxy)
                        .startMode(StartMode.LAZY)
                        .acquireTimeout(Duration.ofMillis(300))
                        .build())) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOfSatisfying(AcquireRefusedException.class, e -> {
                        assertThat(e.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
                        assertThat(e.getSQLState()).isEqualTo("08W07");
                        assertThat(e.code()).isEqualTo("E2003");
                        assertThat(e.getCause()).hasMessageContaining("refused");
                    })
                    .hasMessageStartingWith("Database cannot be reached. [E2003]")
                    .hasMessageContaining("Last connect failure:");
        }
    }

    @Test
    void triesAMissingDatabaseAtTheIntervalWithAJitterOfAHalf() throws Exception {
        try (var proxy = refusing()) {
            var events = new Events();
            try (var pool = new WellheadDataSource(
                    config(proxy)
                            .startMode(StartMode.LAZY)
                            .createRetryInterval(Duration.ofMillis(100))
                            .build(),
                    events)) {
                var waiting = Work.async(pool::getConnection);
                await().until(() -> events.of(PoolEvent.OpenFailed.class).size() >= 21);
                proxy.listen();
                Work.get(waiting).close();

                // Two are begun at first; from then on it is one at a time.
                var gaps = new ArrayList<Long>();
                var failures = events.told().stream()
                        .filter(told -> told.event() instanceof PoolEvent.OpenFailed)
                        .toList();
                for (int i = 1; i < 21; i++) {
                    gaps.add((failures.get(i).nanos() - failures.get(i - 1).nanos()) / 1_000_000);
                }
                assertThat(gaps.stream().sorted().skip(1)).allMatch(gap -> gap >= 48);
                assertThat(gaps.stream().mapToLong(Long::longValue).average().orElse(0))
                        .isBetween(60.0, 150.0);
                assertThat(gaps.stream().distinct().count()).isGreaterThan(5);
            }
        }
    }
}
