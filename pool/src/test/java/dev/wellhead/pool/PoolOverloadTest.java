// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code OverloadTest} simulates, for a few seconds on the real pool: callers come at their own pace. */
class PoolOverloadTest {

    private static final int CONNECTIONS = 4;
    private static final Duration HOLD = Duration.ofMillis(20);
    private static final double CAPACITY = CONNECTIONS * 1e9 / HOLD.toNanos();
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final FakeDriver driver = FakeDriver.create().on(FakeOperation.EXECUTE, FakeBehavior.slow(HOLD));

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    /**
     * What became of a caller.
     *
     * @param arrivedNanos since the start
     * @param refused empty when it was served
     */
    private record Call(
            long arrivedNanos, long waitedNanos, long tookNanos, Optional<AcquireRefusedException> refused) {}

    private WellheadDataSource pool(Admission admission, Duration limit) {
        return new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .minIdle(CONNECTIONS)
                .maxSize(CONNECTIONS)
                .admission(admission)
                .acquireTimeout(limit)
                .closeTimeout(Duration.ofMillis(300))
                .build());
    }

    /** Callers at that rate for that long, each on a thread of its own; all that are over by the end. */
    private static List<Call> arrivals(WellheadDataSource pool, double perSecond, Duration length) {
        long began = System.nanoTime();
        var calls = new ArrayList<CompletableFuture<Call>>();
        for (int i = 0; i < perSecond * length.toNanos() / 1e9; i++) {
            long at = began + (long) (i * 1e9 / perSecond);
            for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            calls.add(Work.async(() -> call(pool, began, at)));
        }
        return calls.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    private static Call call(WellheadDataSource pool, long began, long at) throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            long waited = System.nanoTime() - at;
            statement.execute("SELECT 1");
            return new Call(at - began, waited, System.nanoTime() - at, Optional.empty());
        } catch (AcquireRefusedException refused) {
            long waited = System.nanoTime() - at;
            return new Call(at - began, waited, waited, Optional.of(refused));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1_000, 30_000})
    void answersInTimeAtTwiceTheLoadWhateverTheLimit(int limitMillis) {
        try (var pool = pool(Admission.DEADLINE, Duration.ofMillis(limitMillis))) {
            var served = arrivals(pool, 2 * CAPACITY, Duration.ofSeconds(4)).stream()
                    .filter(call -> call.arrivedNanos() > SETTLED_NANOS
                            && call.refused().isEmpty())
                    .toList();

            // How many there are depends on the machine; of those that are served, all but few must be in time.
            assertThat(served).hasSizeGreaterThan((int) (0.5 * 2.5 * CAPACITY));
            assertThat(served.stream()
                            .filter(call -> call.tookNanos() <= TimeUnit.SECONDS.toNanos(1))
                            .count())
                    .isGreaterThan((long) (0.95 * served.size()));
            assertThat(served.stream().mapToLong(Call::waitedNanos).sorted().toArray()[served.size() / 2])
                    .isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void tellsWhoeverIsLostWhyBeforeItsTimeIsOver() {
        var limit = Duration.ofSeconds(1);
        try (var pool = pool(Admission.DEADLINE, limit)) {
            var refused = arrivals(pool, 2 * CAPACITY, Duration.ofSeconds(3)).stream()
                    .filter(call -> call.refused().isPresent())
                    .toList();

            assertThat(refused).hasSizeGreaterThan(50);
            assertThat(refused.stream()
                            .map(call -> call.refused().orElseThrow())
                            .filter(error -> error.reason() == RefusalReason.DEADLINE))
                    .isNotEmpty()
                    .allSatisfy(error -> {
                        assertThat(error.getMessage())
                                .startsWith("Connection pool exhausted. [E2001] pool=default: no"
                                        + " connection can become free in time at the present rate after ");
                        assertThat(error.getMessage())
                                .matches("(?s).*Refused early, for waiting on would be in vain: [0-9]+"
                                        + " callers would be served before it at the measured [0-9.]+ a second,"
                                        + " a wait of [0-9.]+ s, and (0\\.[0-9]{3}|1\\.000) s are left of its limit of 1.000"
                                        + " s\\..*");
                        assertThat(error.getMessage()).contains("or set admission=observe");
                        assertThat(error.getSQLState()).isEqualTo("08W02");
                        assertThat(error.waited()).isLessThan(limit);
                    });
        }
    }

    @Test
    void shedsWithItsOwnReasonWhenAskedTo() {
        try (var pool = pool(Admission.CODEL, Duration.ofSeconds(30))) {
            var refused = arrivals(pool, 2 * CAPACITY, Duration.ofSeconds(3)).stream()
                    .flatMap(call -> call.refused().stream())
                    .toList();

            assertThat(refused).hasSizeGreaterThan(50).allSatisfy(error -> {
                assertThat(error.reason()).isEqualTo(RefusalReason.SHED);
                assertThat(error.getSQLState()).isEqualTo("08W03");
                assertThat(error.getMessage()).contains("or set admission=deadline");
            });
        }
    }

    @Test
    void observeLetsEverybodyWaitAndCounts() {
        try (var pool = pool(Admission.OBSERVE, Duration.ofMillis(250))) {
            var calls = arrivals(pool, 3 * CAPACITY, Duration.ofSeconds(2));

            assertThat(calls.stream().flatMap(call -> call.refused().stream()))
                    .isNotEmpty()
                    .allMatch(error -> error.reason() == RefusalReason.TIMEOUT);
            assertThat(pool.snapshot().counters().wouldRefuse()).isPositive();
        }
    }

    @Test
    void refusesNobodyBelowItsCapacity() {
        try (var pool = pool(Admission.DEADLINE, Duration.ofSeconds(1))) {
            var calls = arrivals(pool, 0.6 * CAPACITY, Duration.ofSeconds(3));

            assertThat(calls)
                    .hasSizeGreaterThan(100)
                    .allMatch(call -> call.refused().isEmpty());
            assertThat(pool.snapshot().counters().refusedTotal()).isZero();
        }
    }
}
