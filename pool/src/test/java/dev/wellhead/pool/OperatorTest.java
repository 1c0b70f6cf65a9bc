// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What operators do to a running pool, with callers in it. */
class OperatorTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    private static RefusalReason refusal(WellheadDataSource pool) {
        try (var connection = pool.getConnection("probe", SHORT)) {
            throw new AssertionError("served " + connection);
        } catch (AcquireRefusedException e) {
            return e.reason();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void pauseHoldsCallersAndResumeServesThem() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("pause").maxSize(3).build())) {
            var lease = pool.getConnection();
            pool.pause();
            assertThat(pool.snapshot().state()).isEqualTo(PoolState.PAUSED);
            var callers = new ArrayList<CompletableFuture<Long>>();
            for (int i = 0; i < 5; i++) {
                callers.add(Work.async(() -> Work.pid(pool)));
            }
            await().until(() -> pool.snapshot().waiting() == 5);
            assertThat(Work.pid(lease)).isPositive();
            lease.close();
            await().during(SHORT).until(() -> pool.snapshot().waiting() == 5);
            assertThat(pool.snapshot().active()).isZero();

            pool.resume();
            for (var caller : callers) {
                assertThat(Work.get(caller)).isPositive();
            }
            assertThat(pool.snapshot().state()).isEqualTo(PoolState.RUNNING);
        }
    }

    @Test
    void callerOfAPausedPoolIsRefusedByThatReasonAtItsLimit() {
        try (var pool = new WellheadDataSource(Work.config("paused").build())) {
            pool.pause();
            assertThatThrownBy(() -> pool.getConnection("x", SHORT))
                    .isInstanceOfSatisfying(AcquireRefusedException.class, e -> {
                        assertThat(e.reason()).isEqualTo(RefusalReason.PAUSED);
                        assertThat(e.getSQLState()).isEqualTo("08W05");
                        assertThat(e.waited()).isBetween(SHORT, Duration.ofSeconds(2));
                    })
                    .hasMessageStartingWith("Connection pool is paused. [E2004]")
                    .hasMessageEndingWith("Next: resume() the pool.");
        }
    }

    @Test
    void drainRefusesNewCallersServesTheLineAndReports() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("drain").maxSize(1).build())) {
            var lease = pool.getConnection();
            var inLine = Work.async(() -> Work.pid(pool));
            await().until(() -> pool.snapshot().waiting() == 1);
            var drain = Work.async(() -> pool.drain(Duration.ofSeconds(10)));
            await().until(() -> pool.snapshot().state() == PoolState.DRAINING);

            assertThat(refusal(pool)).isEqualTo(RefusalReason.CLOSED);
            assertThat(Work.pid(lease)).isPositive();
            assertThat(drain).isNotDone();
            lease.close();

            assertThat(Work.get(inLine)).isPositive();
            var report = Work.get(drain);
            assertThat(report.complete()).isTrue();
            assertThat(report.remaining()).isEmpty();
            assertThat(refusal(pool)).isEqualTo(RefusalReason.CLOSED);

            pool.resume();
            assertThat(Work.pid(pool)).isPositive();
        }
    }

    @Test
    void drainThatRunsOutOfTimeNamesWhoIsLeft() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("drainlate").build());
                var lease = pool.getConnection("nightly job")) {
            assertThat(lease.isClosed()).isFalse();
            var report = pool.drain(SHORT);
            assertThat(report.complete()).isFalse();
            assertThat(report.took()).isBetween(SHORT, Duration.ofSeconds(2));
            assertThat(report.remaining()).extracting(Lease::operation).containsExactly("nightly job");
            assertThat(Work.pid(lease)).isPositive();
        }
    }

    @Test
    void drainIsNeverCompleteWhileACallerSlipsIn() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("slip").maxSize(4).build())) {
            var stop = new AtomicBoolean();
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 4; i++) {
                callers.add(Work.async(() -> {
                    while (!stop.get()) {
                        try (var connection = pool.getConnection()) {
                            connection.isClosed();
                        } catch (AcquireRefusedException drained) {
                            await().until(() -> pool.snapshot().state() == PoolState.RUNNING || stop.get());
                        }
                    }
                    return true;
                }));
            }
            for (int i = 0; i < 200; i++) {
                var report = pool.drain(Duration.ofSeconds(5));
                assertThat(report.complete()).isTrue();
                for (int look = 0; look < 50; look++) {
                    assertThat(pool.leases()).isEmpty();
                }
                pool.resume();
            }
            stop.set(true);
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
        }
    }

    @Test
    void evictAllClosesIdleNowAndActiveAtRelease() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(Work.config("evict").build(), events)) {
            var active = pool.getConnection();
            Work.pid(pool);
            var before = Work.sessions(PostgresServer.shared(), "evict");
            assertThat(before).hasSize(2);
            long activePid = Work.pid(active);

            pool.evictAll();
            await().until(() -> Work.sessions(PostgresServer.shared(), "evict").equals(List.of(activePid)));
            assertThat(Work.pid(active)).isEqualTo(activePid);
            active.close();
            await().until(() -> Work.sessions(PostgresServer.shared(), "evict").isEmpty());
            await().until(() -> events.evicted(EvictReason.REQUESTED).size() == 2);
            assertThat(before).doesNotContain(Work.pid(pool));
        }
    }

    @Test
    void resetServesCallersWithoutAnErrorWhileItReplacesAll() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("reset")
                .minIdle(2)
                .maxSize(8)
                .acquireTimeout(Duration.ofSeconds(5))
                .build())) {
            var stop = new AtomicBoolean();
            var served = new AtomicLong();
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 16; i++) {
                callers.add(Work.async(() -> {
                    while (!stop.get()) {
                        Work.pid(pool);
                        served.incrementAndGet();
                    }
                    return true;
                }));
            }
            for (int i = 0; i < 5; i++) {
                var before = new HashSet<>(Work.sessions(PostgresServer.shared(), "reset"));
                long soFar = served.get();
                pool.reset();
                await().until(() ->
                        Work.sessions(PostgresServer.shared(), "reset").stream().noneMatch(before::contains));
                await().until(() -> served.get() > soFar + 50);
            }
            stop.set(true);
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
            assertThat(pool.snapshot().counters().refusedTotal()).isZero();
            assertThat(pool.snapshot().counters().errors()).isZero();
            assertThat(pool.snapshot().counters().closed().get(EvictReason.REQUESTED))
                    .isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void reconfigureSaysWhatChangedAndWhatTakesANewPool() {
        var config = Work.config("reconf").maxSize(5).build();
        try (var pool = new WellheadDataSource(config)) {
            var report = pool.reconfigure(config.toBuilder()
                    .maxSize(9)
                    .acquireTimeout(Duration.ofSeconds(1))
                    .initSql("SELECT 1")
                    .readOnly(true)
                    .build());

            assertThat(report.changed())
                    .containsExactlyInAnyOrder(
                            new ReconfigureReport.Change("max-size", "5", "9"),
                            new ReconfigureReport.Change("acquire-timeout", "PT5S", "PT1S"));
            assertThat(report.needRestart())
                    .extracting(ReconfigureReport.Change::key)
                    .containsExactlyInAnyOrder("init-sql", "read-only");
            assertThat(pool.config().maxSize()).isEqualTo(9);
            assertThat(pool.config().readOnly()).isFalse();
            assertThat(pool.snapshot().maxSize()).isEqualTo(9);

            var nothing = pool.reconfigure(pool.config());
            assertThat(nothing.changed()).isEmpty();
            assertThat(nothing.needRestart()).isEmpty();
        }
    }

    @Test
    void reconfigureHidesSecrets() {
        var config = Work.config("hidden").build();
        try (var pool = new WellheadDataSource(config)) {
            var report = pool.reconfigure(config.toBuilder()
                    .jdbcUrl("jdbc:postgresql://h/d?user=u&password=canary&sslpassword=canary")
                    .driverProperty("sslpassword", "canary")
                    .build());
            assertThat(report.needRestart())
                    .extracting(ReconfigureReport.Change::key)
                    .contains("url", "credentials", "driver-properties");
            assertThat(report.toString()).doesNotContain("canary");
        }
    }

    @Test
    void anotherPasswordCountsForNewConnectionsAndCutsNoLease() throws Exception {
        try (var server = PostgresServer.start()) {
            server.requirePassword("clerk", "canary-1");
            var config = Work.config("rotated")
                    .jdbcUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres")
                    .username("clerk")
                    .password(Secret.of("canary-1"))
                    .maxSize(2)
                    .minIdle(0)
                    .acquireTimeout(Duration.ofSeconds(20))
                    .build();
            try (var pool = new WellheadDataSource(config);
                    var held = pool.getConnection()) {
                server.requirePassword("clerk", "canary-2");
                var report = pool.reconfigure(
                        config.toBuilder().password(Secret.of("canary-2")).build());
                assertThat(report.changed())
                        .extracting(ReconfigureReport.Change::key)
                        .containsExactly("credentials");
                assertThat(report.needRestart()).isEmpty();
                assertThat(report.toString()).doesNotContain("canary");
                try (var opened = pool.getConnection()) {
                    assertThat(Work.pid(opened)).isNotEqualTo(Work.pid(held));
                }
            }
        }
    }

    @Test
    void anotherUserNameOrProviderTakesANewPool() {
        var config = Work.config("login")
                .startMode(StartMode.LAZY)
                .username("clerk")
                .password(Secret.of("canary"))
                .build();
        try (var pool = new WellheadDataSource(config)) {
            for (var wanted : List.of(
                    config.toBuilder().username("other").build(),
                    config.toBuilder()
                            .credentials(() -> Credentials.of("clerk", "canary"))
                            .build())) {
                var report = pool.reconfigure(wanted);
                assertThat(report.changed()).isEmpty();
                assertThat(report.needRestart())
                        .extracting(ReconfigureReport.Change::key)
                        .containsExactly("credentials");
                assertThat(pool.config()).isEqualTo(config);
            }
        }
    }

    @Test
    void passwordOfAnotherServerIsNotTriedAtThisOne() {
        var config = Work.config("moved")
                .startMode(StartMode.LAZY)
                .username("clerk")
                .password(Secret.of("canary-1"))
                .build();
        try (var pool = new WellheadDataSource(config)) {
            var report = pool.reconfigure(config.toBuilder()
                    .jdbcUrl("jdbc:postgresql://other.invalid/d")
                    .password(Secret.of("canary-2"))
                    .build());
            assertThat(report.changed()).isEmpty();
            assertThat(report.needRestart())
                    .extracting(ReconfigureReport.Change::key)
                    .containsExactlyInAnyOrder("url", "credentials");
            assertThat(pool.config()).isEqualTo(config);
        }
    }

    @Test
    void higherMaxSizeServesThoseInLineAtOnce() throws Exception {
        var config = Work.config("grow").maxSize(1).build();
        try (var pool = new WellheadDataSource(config);
                var held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            var waiting = Work.async(() -> Work.pid(pool));
            await().until(() -> pool.snapshot().waiting() == 1);
            pool.reconfigure(config.toBuilder().maxSize(2).build());
            assertThat(Work.get(waiting)).isPositive();
        }
    }

    @Test
    void lowerMaxSizeClosesSurplusNowAndAtRelease() throws Exception {
        var config = Work.config("lower").maxSize(6).build();
        try (var pool = new WellheadDataSource(config)) {
            var held = new ArrayList<Connection>();
            for (int i = 0; i < 6; i++) {
                held.add(pool.getConnection());
            }
            held.remove(0).close();
            held.remove(0).close();
            pool.reconfigure(config.toBuilder().maxSize(3).build());
            await().until(() -> pool.snapshot().total() == 4);
            held.remove(0).close();
            await().until(() -> pool.snapshot().total() == 3);
            for (var connection : held) {
                connection.close();
            }
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.POOL_SHRUNK, 3L);
            await().until(() -> Work.sessions(PostgresServer.shared(), "lower").size() == 3);
        }
    }

    @Test
    void closeEndsAllSessionsAndClosingTwiceDoesNothing() throws Exception {
        var pool = new WellheadDataSource(Work.config("closing").minIdle(3).build());
        await().until(() -> pool.snapshot().idle() == 3);
        pool.close();
        await().until(() -> Work.sessions(PostgresServer.shared(), "closing").isEmpty());
        assertThat(pool.snapshot().total()).isZero();
        pool.close();
        pool.resume();
        pool.reconfigure(pool.config().toBuilder().maxSize(7).build());
        assertThat(refusal(pool)).isEqualTo(RefusalReason.CLOSED);
        assertThat(pool.snapshot().counters().opened()).isEqualTo(3);
    }

    @Test
    void noLineAtAllStillOpensForTheFirstCallers() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("noline")
                .startMode(StartMode.LAZY)
                .maxWaiting(0)
                .maxSize(2)
                .build())) {
            try (var first = pool.getConnection();
                    var second = pool.getConnection()) {
                assertThat(Work.pid(first)).isNotEqualTo(Work.pid(second));
                var third = Work.async(() -> refusal(pool));
                assertThat(Work.get(third)).isEqualTo(RefusalReason.LINE_FULL);
            }
        }
    }
}
