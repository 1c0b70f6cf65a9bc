// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.OwnThread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that callers and operators can do at once, at random; {@link Race} says what must hold.
 *
 * <p>Short in the normal run. {@code -Dgroups=stress -Dwellhead.stress.millis=60000} makes it long (each of the races),
 * {@code -Dwellhead.stress.seed=7} chooses the seed, which each failure names.
 */
@Tag("stress")
class PoolRaceTest {

    private static final long MILLIS = Long.getLong("wellhead.stress.millis", 700);
    private static final long SEED = Long.getLong("wellhead.stress.seed", 20_261);
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration BOUNDED = Duration.ofSeconds(5);

    static Stream<String> threads() {
        return Race.virtual() == null ? Stream.of("platform") : Stream.of("platform", "virtual");
    }

    private static Executor executor(String threads) {
        var virtual = threads.equals("virtual") ? Race.virtual() : null;
        return virtual == null ? Race.platform() : virtual;
    }

    private static Race race(RaceDriver.Manners manners, int mostOpen, UnaryOperator<PoolConfig.Builder> settings) {
        var driver = new RaceDriver(SEED, manners);
        var config = PoolConfig.builder()
                .name("race")
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(mostOpen)
                .acquireTimeout(PATIENT)
                .closeTimeout(Duration.ofMillis(200));
        return new Race(
                SEED, driver, new WellheadDataSource(settings.apply(config).build()), mostOpen);
    }

    private static void report(TestReporter reporter, Race race) {
        reporter.publishEntry("race", race.about());
    }

    @ParameterizedTest
    @MethodSource("threads")
    void handOverLosesNoConnectionAndNoWakeUp(String threads, TestReporter reporter) throws Exception {
        try (var race = race(RaceDriver.Manners.GOOD, 3, config -> config)) {
            race.callers(12, executor(threads), caller -> {
                        var held = caller.acquire(PATIENT);
                        if (held != null) {
                            caller.hold(20_000);
                            caller.release(held);
                        }
                    })
                    .run(MILLIS)
                    .judge()
                    .nobodyRefusedNorWaitedLongerThan(BOUNDED)
                    .driverNeverSawMoreThanTheLimit();
            report(reporter, race);
        }
    }

    @ParameterizedTest
    @MethodSource("threads")
    void connectionGivenToACallerWhoJustGaveUpIsNotLost(String threads, TestReporter reporter) throws Exception {
        try (var race = race(RaceDriver.Manners.GOOD, 1, config -> config)) {
            race.callers(10, executor(threads), caller -> {
                        var held = caller.acquire(Duration.ofNanos(caller.random.nextLong(300_000)));
                        if (held != null) {
                            caller.hold(100_000);
                            caller.release(held);
                        }
                    })
                    .run(MILLIS)
                    .judge()
                    .driverNeverSawMoreThanTheLimit();
            assertThat(race.refusals()).isPositive();
            report(reporter, race);
        }
    }

    @ParameterizedTest
    @MethodSource("threads")
    void interruptsWhileWaitingOpeningAndValidatingLoseNothing(String threads, TestReporter reporter) throws Exception {
        var slow = new RaceDriver.Manners(0, 0, 0, 0, TimeUnit.MILLISECONDS.toNanos(1));
        try (var race =
                race(slow, 3, config -> config.validateAfterIdle(Duration.ZERO).maxUses(5))) {
            race.callers(8, executor(threads), caller -> {
                        var held = caller.acquire(PATIENT);
                        if (held != null) {
                            caller.hold(20_000);
                            caller.release(held);
                        }
                        if (caller.random.nextInt(4) == 0) {
                            caller.interruptSomebody();
                        }
                    })
                    .run(MILLIS);
            Thread.interrupted();
            race.judge().driverNeverSawMoreThanTheLimit();
            report(reporter, race);
        }
    }

    @ParameterizedTest
    @MethodSource("threads")
    void sizesChangeWhileEverybodyIsAtWork(String threads, TestReporter reporter) throws Exception {
        int most = 6;
        try (var race = race(
                RaceDriver.Manners.GOOD,
                most,
                config -> config.housekeeperInterval(Duration.ofMillis(5)).idleTimeout(Duration.ofMillis(10)))) {
            race.callers(10, executor(threads), caller -> {
                        var held = caller.acquire(PATIENT);
                        if (held != null) {
                            caller.hold(50_000);
                            caller.release(held);
                        }
                    })
                    .callers(1, executor(threads), caller -> {
                        int size = 1 + caller.random.nextInt(most);
                        resize(race.pool, size, caller.random.nextInt(size + 1));
                        caller.hold(TimeUnit.MILLISECONDS.toNanos(3));
                    })
                    .run(MILLIS)
                    .judge()
                    .nobodyRefusedNorWaitedLongerThan(BOUNDED)
                    .driverNeverSawMoreThanTheLimit();
            report(reporter, race);
        }
    }

    private static void resize(WellheadDataSource pool, int maxSize, int minIdle) {
        pool.reconfigure(
                pool.config().toBuilder().maxSize(maxSize).minIdle(minIdle).build());
    }

    @ParameterizedTest
    @MethodSource("threads")
    void everythingAtOnceWithADriverThatFails(String threads, TestReporter reporter) throws Exception {
        int most = 5;
        var bad = new RaceDriver.Manners(100, 50, 20, 50, TimeUnit.MILLISECONDS.toNanos(2));
        try (var race = race(bad, most, PoolRaceTest::restless)) {
            race.callers(10, executor(threads), PoolRaceTest::anything)
                    .callers(1, executor(threads), caller -> operate(race.pool, caller, most))
                    .run(MILLIS);
            resize(race.pool, most, 2);
            race.judge();
            report(reporter, race);
        }
    }

    private static PoolConfig.Builder restless(PoolConfig.Builder config) {
        return config.minIdle(2)
                .maxUses(50)
                .maxWaiting(8)
                .createRetryInterval(Duration.ofMillis(1))
                .validateAfterIdle(Duration.ofMillis(2))
                .keepaliveInterval(Duration.ofMillis(5))
                .idleTimeout(Duration.ofMillis(10))
                .maxLifetime(Duration.ofMillis(50))
                .housekeeperInterval(Duration.ofMillis(3));
    }

    /** One lease, ended in one of the ways in which users end them. */
    private static void anything(Race.Caller caller) throws SQLException {
        var held = caller.acquire(Duration.ofNanos(caller.random.nextLong(20_000_000)));
        if (held == null) {
            return;
        }
        use(caller, held);
        switch (caller.random.nextInt(10)) {
            case 0 -> {
                caller.letGo(held);
                abort(held);
                caller.endedOtherwise();
            }
            case 1 -> {
                caller.letGo(held);
                closeFromTwoThreads(held);
                caller.endedOtherwise();
            }
            case 2 -> {
                caller.release(held);
                held.connection().close();
                assertThat(held.connection().isClosed()).isTrue();
            }
            default -> caller.release(held);
        }
    }

    private static void use(Race.Caller caller, Race.Held held) throws SQLException {
        try {
            if (caller.random.nextInt(4) == 0) {
                held.connection().setAutoCommit(false);
            }
            try (var statement = held.connection().createStatement()) {
                statement.execute("SELECT 1");
            }
        } catch (SQLException e) {
            assertThat(e.getMessage()).contains("at random");
        }
        caller.hold(50_000);
    }

    private static void abort(Race.Held held) {
        try {
            held.connection().abort(Runnable::run);
        } catch (SQLException e) {
            assertThat(e.getMessage()).contains("at random");
        }
    }

    private static void closeFromTwoThreads(Race.Held held) throws SQLException {
        var other = CompletableFuture.runAsync(
                () -> {
                    try {
                        held.connection().close();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                OwnThread.EACH);
        held.connection().close();
        other.join();
    }

    private static void operate(WellheadDataSource pool, Race.Caller caller, int most) {
        switch (caller.random.nextInt(6)) {
            case 0 -> pool.evictAll();
            case 1 -> pool.reset();
            case 2 -> pool.pause();
            case 3 -> resize(pool, 1 + caller.random.nextInt(most), 0);
            default -> pool.resume();
        }
        caller.hold(TimeUnit.MILLISECONDS.toNanos(2));
    }

    @Test
    void poolIsClosedWhileCallersHoldAndWait(TestReporter reporter) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
        int rounds = 0;
        do {
            closeWhileCallersWait(rounds);
            rounds++;
        } while (System.nanoTime() - end < 0);
        reporter.publishEntry("rounds", String.valueOf(rounds));
    }

    /** Two hold, six wait; whoever waits hears of the close at once, whoever holds may finish. */
    private static void closeWhileCallersWait(int round) throws Exception {
        var driver = new RaceDriver(SEED + round, RaceDriver.Manners.GOOD);
        var pool = new WellheadDataSource(PoolConfig.builder()
                .name("closing")
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(2)
                .acquireTimeout(PATIENT)
                .build());
        var race = new Race(SEED + round, driver, pool, 2);
        try (race) {
            race.callers(8, Race.platform(), caller -> {
                var held = caller.acquire(PATIENT);
                if (held != null) {
                    caller.hold(200_000);
                    caller.release(held);
                }
            });
            var closing = new ArrayList<CompletableFuture<DrainReport>>();
            for (int i = 0; i < 2; i++) {
                closing.add(Work.async(() -> pool.close(Duration.ofSeconds(10))));
            }
            race.run(1);
            for (var one : closing) {
                assertThat(Work.get(one).complete()).isTrue();
            }
            race.nobodyWaitedLongerThan(BOUNDED);
            assertThat(race.refusedOnlyFor(RefusalReason.CLOSED)).isTrue();
        }
    }

    @Test
    void callersWhoHoldTooLongAreCutOffByTheClose() throws Exception {
        for (int round = 0; round < 20; round++) {
            var driver = new RaceDriver(SEED + round, RaceDriver.Manners.GOOD);
            driver.mayEndHeld();
            var pool = new WellheadDataSource(PoolConfig.builder()
                    .jdbcUrl(driver.url())
                    .startMode(StartMode.LAZY)
                    .maxSize(2)
                    .build());
            try (driver) {
                var held = List.of(pool.getConnection(), pool.getConnection());
                var closing = Work.async(() -> pool.close(Duration.ofNanos(1)));
                for (var one : held) {
                    one.close();
                }
                Work.get(closing);
                await().until(() -> driver.open() == 0);
                var counters = pool.snapshot().counters();
                assertThat(counters.released()).isEqualTo(2);
                assertThat(counters.closedTotal()).isEqualTo(counters.opened());
            }
        }
    }
}
