// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import dev.wellhead.testkit.ManualClock;
import dev.wellhead.testkit.OwnThread;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How places pass from pool to pool under one ceiling. The clock by which connections age is turned by the test. */
class RoomTest {

    private static final long THIRTY_SECONDS = TimeUnit.SECONDS.toNanos(30);
    private static final Duration TENURE = Duration.ofNanos(Room.TENURE_NANOS);

    private final ManualClock clock = new ManualClock();
    private final FakeDriver driver = FakeDriver.create();
    private final List<Pool> pools = new ArrayList<>();
    private final List<FakeDriver> others = new ArrayList<>();

    @AfterEach
    void close() {
        driver.release();
        others.forEach(FakeDriver::release);
        pools.forEach(pool -> pool.close(0));
        driver.close();
        others.forEach(FakeDriver::close);
    }

    private Pool open(Room room, String name) {
        return open(room, name, driver, clock::nanos, config -> config);
    }

    private Pool open(
            Room room, String name, FakeDriver server, LongSupplier nanos, UnaryOperator<PoolConfig.Builder> settings) {
        var config = PoolConfig.builder()
                .name(name)
                .jdbcUrl(server.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(10)
                .closeTimeout(Duration.ofMillis(50))
                .housekeeperInterval(Duration.ofMinutes(10));
        var pool = Pool.open(
                settings.apply(config).build(),
                room,
                UnaryOperator.identity(),
                List.of(),
                nanos,
                () -> nanos.getAsLong() / 1_000_000);
        pools.add(pool);
        return pool;
    }

    private static CompletableFuture<Connection> acquire(Pool pool) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return pool.acquire("", THIRTY_SECONDS);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                OwnThread.EACH);
    }

    private static Connection get(CompletableFuture<Connection> waiting) throws Exception {
        return waiting.get(20, TimeUnit.SECONDS);
    }

    /** Somebody who is in line, and whose pool has asked for room, when this returns. */
    private static CompletableFuture<Connection> waits(Pool pool) {
        int before = pool.line().size();
        var waiting = acquire(pool);
        await().until(() -> pool.line().size() == before + 1
                && pool.snapshot().ceiling().orElseThrow().waits());
        return waiting;
    }

    private static List<Connection> held(Pool pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.acquire("", THIRTY_SECONDS));
        }
        return held;
    }

    private static long movedFrom(Pool pool) {
        return pool.snapshot().counters().closed().get(EvictReason.CEILING);
    }

    @Test
    void idleConnectionUsedLeastRecentlyOfAllPoolsGoesFirst() throws Exception {
        var room = new Room(2);
        var old = open(room, "old");
        var recent = open(room, "recent");
        var asker = open(room, "asker");
        held(old, 1).get(0).close();
        clock.advance(TENURE);
        held(recent, 1).get(0).close();
        clock.advance(TENURE);

        get(acquire(asker));

        assertThat(List.of(movedFrom(old), movedFrom(recent))).containsExactly(1L, 0L);
        assertThat(old.snapshot().total()).isZero();
        assertThat(driver.peakOpen()).isEqualTo(2);
    }

    @Test
    void connectionThatIsNewIsNotTakenBeforeItHasServedForAWhile() throws Exception {
        var room = new Room(1);
        var busy = open(room, "busy");
        held(busy, 1).get(0).close();
        var asker = open(room, "asker");
        var waiting = waits(asker);
        clock.advance(TENURE.minusNanos(1));
        held(busy, 1).get(0).close();
        assertThat(waiting).isNotDone();
        assertThat(movedFrom(busy)).isZero();

        clock.advance(Duration.ofNanos(1));
        get(waiting);
        assertThat(driver.peakOpen()).isEqualTo(1);
    }

    @Test
    void poolsOfEqualSizeTakeOnlyWhatTheOtherDoesNotUse() throws Exception {
        var room = new Room(2);
        var other = open(room, "other");
        var asker = open(room, "asker");
        var used = held(other, 1);
        held(asker, 1);
        clock.advance(TENURE);
        var waiting = waits(asker);

        // Released and taken again, again and again: never idle for long enough.
        for (int i = 0; i < 20; i++) {
            used.get(0).close();
            clock.advance(Duration.ofMillis(90));
            used = held(other, 1);
        }
        assertThat(waiting).isNotDone();
        used.get(0).close();
        clock.advance(TENURE.plusMillis(20));
        get(waiting);
        assertThat(movedFrom(other)).isEqualTo(1);
    }

    @Test
    void poolThatHasMoreGivesOneUpAtReleaseThoughItsOwnCallersWait() throws Exception {
        var room = new Room(4);
        var rich = open(room, "rich");
        var poor = open(room, "poor");
        var held = held(rich, 4);
        clock.advance(TENURE);
        var own = List.of(waits(rich), waits(rich));
        var waiting = List.of(waits(poor), waits(poor), waits(poor));

        held.get(0).close();
        get(waiting.get(0));
        held.get(1).close();
        get(waiting.get(1));

        // Two and two: from here on each serves its own.
        held.get(2).close();
        get(own.get(0));
        held.get(3).close();
        get(own.get(1));
        assertThat(waiting.get(2)).isNotDone();
        assertThat(movedFrom(rich)).isEqualTo(2);
        assertThat(driver.peakOpen()).isEqualTo(4);
    }

    @Test
    void poolsThatHaveNothingAreServedInTheOrderInWhichTheyAsked() throws Exception {
        var room = new Room(1);
        var first = open(room, "first");
        var second = open(room, "second");
        var third = open(room, "third");
        var held = held(first, 1);
        clock.advance(TENURE);
        var ofThird = waits(third);
        var ofSecond = waits(second);

        held.get(0).close();
        var next = get(ofThird);
        assertThat(ofSecond).isNotDone();
        clock.advance(TENURE);
        next.close();
        get(ofSecond);
        assertThat(driver.peakOpen()).isEqualTo(1);
    }

    @Test
    void onePlaceAndTwoBusyPoolsTakeTurnsOfATenure() throws Exception {
        var room = new Room(1);
        var one = open(room, "one");
        var other = open(room, "other");
        var holding = held(one, 1).get(0);
        for (int turn = 0; turn < 6; turn++) {
            var from = turn % 2 == 0 ? one : other;
            var to = turn % 2 == 0 ? other : one;
            var waiting = waits(to);
            // Within its tenure it serves its own callers, as often as they come.
            for (int i = 0; i < 10; i++) {
                holding.close();
                holding = from.acquire("", THIRTY_SECONDS);
            }
            assertThat(waiting).isNotDone();
            clock.advance(TENURE);
            holding.close();
            holding = get(waiting);
        }
        assertThat(driver.opened()).isEqualTo(7);
        assertThat(driver.peakOpen()).isEqualTo(1);
    }

    @Test
    void idleOnesAreFilledAgainOnlyWhenNobodyAsks() throws Exception {
        var room = new Room(2);
        var warm = open(
                room, "warm", driver, clock::nanos, config -> config.minIdle(2).startMode(StartMode.WAIT));
        await().until(() -> warm.snapshot().idle() == 2);
        clock.advance(TENURE);
        var asker = open(room, "asker");
        var taken = List.of(get(acquire(asker)), get(acquire(asker)));
        await().until(() -> warm.snapshot().total() == 0);
        warm.keepIdle();
        warm.keepIdle();
        assertThat(warm.snapshot().opening() + warm.snapshot().total()).isZero();

        asker.evictAll();
        for (var connection : taken) {
            connection.close();
        }
        await().until(() -> room.taken() == 0);
        warm.keepIdle();
        await().until(() -> warm.snapshot().idle() == 2);
        assertThat(driver.peakOpen()).isEqualTo(2);
    }

    @Test
    void askerWhoGaveUpTakesNothingFromAnybody() throws Exception {
        var room = new Room(1);
        var owner = open(room, "owner");
        var asker = open(room, "asker", driver, System::nanoTime, config -> config);
        var held = held(owner, 1);
        clock.advance(TENURE);
        assertThatThrownBy(() -> asker.acquire("", TimeUnit.MILLISECONDS.toNanos(50)))
                .isInstanceOf(AcquireRefusedException.class)
                .hasMessageContaining(
                        "Waits for room under the ceiling over all pools: total=1/1, of these 0 in this pool, poolsWaiting=1.")
                .hasMessageContaining("raise max-total");
        await().until(() -> !asker.snapshot().ceiling().orElseThrow().waits());
        held.get(0).close();
        assertThat(owner.snapshot().idle()).isEqualTo(1);
        assertThat(movedFrom(owner)).isZero();
    }

    @Test
    void socketThatHangsInItsCloseKeepsItsPlaceForAQuarterOfASecondAndNoLonger() throws Exception {
        var room = new Room(1);
        var owner = open(room, "owner");
        held(owner, 1).get(0).close();
        clock.advance(TENURE);
        driver.on(FakeOperation.CLOSE, FakeBehavior.hang());
        driver.on(FakeOperation.ABORT, FakeBehavior.hang());
        var asker = open(room, "asker");
        long began = System.nanoTime();
        get(acquire(asker));
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(Closer.COUNTED_NANOS);
    }

    @Test
    void firstConnectionOfAPoolWaitsForRoom() throws Exception {
        var room = new Room(1);
        var owner = open(room, "owner");
        var held = held(owner, 1);
        clock.advance(TENURE);
        var starting = CompletableFuture.supplyAsync(
                () -> open(room, "starting", driver, clock::nanos, config -> config.startMode(StartMode.FAIL_FAST)),
                OwnThread.EACH);
        await().until(() -> owner.snapshot().ceiling().orElseThrow().poolsWaiting() == 1);
        held.get(0).close();
        assertThat(starting.get(20, TimeUnit.SECONDS).snapshot().total()).isEqualTo(1);
        assertThat(driver.peakOpen()).isEqualTo(1);
    }

    @Test
    void poolThatFindsNoRoomToStartSaysSo() throws Exception {
        var room = new Room(1);
        var owner = open(room, "owner");
        held(owner, 1);
        assertThatThrownBy(() -> open(
                        room,
                        "starting",
                        driver,
                        System::nanoTime,
                        config -> config.startMode(StartMode.FAIL_FAST).connectTimeout(Duration.ofMillis(30))))
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining(
                        "No room under the ceiling of max-total=1 over all pools became free within connect-timeout=30ms");
        assertThat(room.taken()).isEqualTo(1);
        assertThat(owner.snapshot().ceiling().orElseThrow().poolsWaiting()).isZero();
    }

    @Test
    void databaseThatHangsKeepsFewPlacesAndNotTheOthersFromTheirs() throws Exception {
        var hanging = FakeDriver.create();
        others.add(hanging);
        hanging.on(FakeOperation.OPEN, FakeBehavior.hang());
        var room = new Room(10);
        var stuck = open(room, "stuck", hanging, System::nanoTime, config -> config);
        for (int i = 0; i < 10; i++) {
            assertThat(acquire(stuck)).isNotNull();
        }
        await().until(() -> stuck.snapshot().opening() == 4);
        var healthy = open(room, "healthy");
        held(healthy, 6);
        // Long after the first have stalled there are still no more.
        await().during(Duration.ofMillis(700)).until(() -> stuck.snapshot().opening() == 4);
        assertThat(room.taken()).isEqualTo(10);
    }

    @Test
    void whereThereIsNoRoomForAReplacementTheOldOneLeavesFirst() throws Exception {
        var room = new Room(1);
        var pool = open(
                room,
                "aging",
                driver,
                clock::nanos,
                config -> config.minIdle(1)
                        .startMode(StartMode.WAIT)
                        .maxLifetime(Duration.ofMinutes(5))
                        .keepaliveInterval(Duration.ZERO)
                        .idleTimeout(Duration.ZERO));
        await().until(() -> pool.snapshot().idle() == 1);
        clock.advance(Duration.ofMinutes(6));
        // The jump of the clock has it validated first, and what is being validated is left to the next pass.
        await().until(() -> {
            pool.housekeeper().pass(clock.nanos());
            return driver.opened() == 2 && pool.snapshot().idle() == 1;
        });
        assertThat(driver.peakOpen()).isEqualTo(1);
    }

    /** A promise that nothing keeps: whoever asks would count on it for good, and starve. */
    @Test
    void promiseThatIsNotKeptIsForgottenAndGivenAnew() throws Exception {
        var room = new Room(1);
        var owner = open(room, "owner");
        held(owner, 1).get(0).close();
        clock.advance(TENURE);
        var share = Objects.requireNonNull(owner.share());
        long began = System.nanoTime();
        share.promisedAtNanos = began;
        share.promised = 1;

        get(acquire(open(room, "asker")));

        assertThat(System.nanoTime() - began)
                .isBetween(TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.SECONDS.toNanos(5));
        assertThat(movedFrom(owner)).isEqualTo(1);
    }

    @Test
    void allPlacesAreFreeOnceThePoolsAreClosed() throws Exception {
        var room = new Room(3);
        for (var name : List.of("a", "b", "c")) {
            held(open(room, name), 1);
        }
        assertThat(room.taken()).isEqualTo(3);
        pools.forEach(pool -> pool.close(0));
        await().until(() -> room.taken() == 0);
        held(open(room, "after"), 3);
    }
}
