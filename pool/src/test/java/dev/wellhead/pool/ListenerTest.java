// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What listeners hear, in which order, and that none of them can hurt a pool. */
class ListenerTest {

    private static String kind(PoolEvent event) {
        return event.getClass().getSimpleName();
    }

    @Test
    void lifeOfOneConnectionIsToldInOrder() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(Work.config("life").maxUses(2).build(), events)) {
            Work.pid(pool);
            try (var connection = pool.getConnection("named work")) {
                Work.pid(connection);
            }
            await().until(() -> !events.of(PoolEvent.Closed.class).isEmpty());
        }
        assertThat(events.all().stream().map(ListenerTest::kind))
                .containsExactly("Opened", "Acquired", "Released", "Acquired", "Released", "Evicted", "Closed");
        assertThat(events.all()).allMatch(event -> event.pool().equals("life"));
        assertThat(events.of(PoolEvent.Acquired.class).get(1).operation()).isEqualTo("named work");
        assertThat(events.of(PoolEvent.Released.class).get(1).operation()).isEqualTo("named work");
        assertThat(events.of(PoolEvent.Evicted.class).get(0).reason()).isEqualTo(EvictReason.MAX_USES);
        assertThat(events.of(PoolEvent.Closed.class).get(0).reason()).isEqualTo(EvictReason.MAX_USES);
        assertThat(events.of(PoolEvent.Opened.class).get(0).took()).isPositive();
    }

    @Test
    void waitingAndRefusalAreTold() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(Work.config("waits").maxSize(1).build(), events)) {
            var held = pool.getConnection();
            var refused = Work.async(() -> {
                assertThatThrownBy(() -> pool.getConnection("late", Duration.ofMillis(100)))
                        .isInstanceOf(AcquireRefusedException.class);
                return true;
            });
            Work.get(refused);
            var waiting = Work.async(() -> Work.pid(pool));
            await().until(() -> pool.snapshot().waiting() == 1);
            held.close();
            Work.get(waiting);
        }
        var timedOut = events.of(PoolEvent.TimedOut.class);
        assertThat(timedOut).hasSize(1);
        assertThat(timedOut.get(0).reason()).isEqualTo(RefusalReason.TIMEOUT);
        assertThat(timedOut.get(0).waited()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(events.of(PoolEvent.Waited.class)).hasSize(1);
        assertThat(events.all().stream().map(ListenerTest::kind))
                .containsSubsequence("Acquired", "TimedOut", "Released", "Waited", "Acquired", "Released");
    }

    static List<Supplier<Throwable>> throwables() {
        var all = new ArrayList<Supplier<Throwable>>();
        all.add(() -> new IllegalStateException("listener"));
        all.add(() -> new AssertionError("listener"));
        all.add(() -> new NoClassDefFoundError("listener"));
        return all;
    }

    private static <T extends Throwable> void sneak(Throwable any) throws T {
        @SuppressWarnings("unchecked") // erased: throws whatever it is given
        var thrown = (T) any;
        throw thrown;
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void throwingListenerHarmsNothing(Supplier<Throwable> what) throws Exception {
        var after = new Events();
        PoolListener throwing = event -> ListenerTest.<RuntimeException>sneak(what.get());
        try (var pool = new WellheadDataSource(
                Work.config("throwing").maxSize(2).maxUses(5).build(), throwing, after)) {
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 4; i++) {
                callers.add(Work.async(() -> {
                    for (int round = 0; round < 25; round++) {
                        Work.pid(pool);
                    }
                    return true;
                }));
            }
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
            var counters = pool.snapshot().counters();
            assertThat(counters.released()).isEqualTo(100);
            assertThat(pool.snapshot().active()).isZero();
            await().untilAsserted(() -> {
                assertThat(after.of(PoolEvent.Acquired.class)).hasSize(100);
                assertThat(after.of(PoolEvent.Released.class)).hasSize(100);
            });
        }
    }

    @Test
    void listenerCanBeAddedAndRemoved() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("added").build())) {
            var events = new Events();
            Work.pid(pool);
            pool.addListener(events);
            Work.pid(pool);
            pool.removeListener(events);
            Work.pid(pool);
            await().untilAsserted(() ->
                    assertThat(events.all().stream().map(ListenerTest::kind)).containsExactly("Acquired", "Released"));
        }
    }

    @Test
    void eachConnectionsEventsAreInOrderUnderLoadAndAddUp() throws Exception {
        var events = new Events();
        try (var pool = new WellheadDataSource(
                Work.config("order").maxSize(4).maxUses(20).build(), events)) {
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 8; i++) {
                callers.add(Work.async(() -> {
                    for (int round = 0; round < 50; round++) {
                        try (var connection = pool.getConnection()) {
                            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                                Work.pid(connection);
                            }
                        }
                    }
                    return true;
                }));
            }
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
        }
        await().until(() -> events.of(PoolEvent.Closed.class).size()
                == events.of(PoolEvent.Opened.class).size());
        var grammar = "Opened (Acquired Released )*Evicted Closed ";
        var opened = events.of(PoolEvent.Opened.class);
        assertThat(opened).hasSizeGreaterThanOrEqualTo(400 / 20);
        for (var one : opened) {
            var life = new StringBuilder();
            for (var event : events.all()) {
                if (connectionOf(event) == one.connectionId()) {
                    life.append(kind(event)).append(' ');
                }
            }
            assertThat(life.toString()).matches(grammar);
        }
        assertThat(events.of(PoolEvent.Acquired.class)).hasSize(400);
    }

    private static long connectionOf(PoolEvent event) {
        if (event instanceof PoolEvent.Opened e) {
            return e.connectionId();
        } else if (event instanceof PoolEvent.Acquired e) {
            return e.connectionId();
        } else if (event instanceof PoolEvent.Released e) {
            return e.connectionId();
        } else if (event instanceof PoolEvent.Evicted e) {
            return e.connectionId();
        } else if (event instanceof PoolEvent.Closed e) {
            return e.connectionId();
        }
        return -1;
    }

    @Test
    void errorOfOneConnectionIsToldOnceAndEndsOnlyThatConnection() throws Exception {
        var server = PostgresServer.shared();
        var events = new Events();
        try (var pool = new WellheadDataSource(Work.config("once").build(), events)) {
            try (var victim = pool.getConnection();
                    var other = pool.getConnection()) {
                long otherPid = Work.pid(other);
                victim.setAutoCommit(false);
                Work.terminate(server, Work.pid(victim));
                assertThatThrownBy(() -> Work.value(victim, "SELECT 1")).isInstanceOf(SQLException.class);
                assertThatThrownBy(victim::rollback).isInstanceOf(SQLException.class);
                assertThatThrownBy(victim::createStatement).isInstanceOf(SQLException.class);
                assertThat(Work.pid(other)).isEqualTo(otherPid);
            }
            await().until(() -> events.evicted(EvictReason.BROKEN).size() == 1);
            assertThat(events.of(PoolEvent.Failed.class)).hasSize(1);
            assertThat(pool.snapshot().counters().errors()).isEqualTo(1);
            assertThat(pool.snapshot().total()).isEqualTo(1);
        }
    }
}
