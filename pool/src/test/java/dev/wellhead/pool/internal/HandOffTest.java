// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.ManualClock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who gets a connection that is released while somebody waits. The clock stands still unless a test turns it, and who
 * holds the pool's lock decides when one who was woken may look.
 */
class HandOffTest {

    private static final long THIRTY_SECONDS = TimeUnit.SECONDS.toNanos(30);

    private final ManualClock clock = new ManualClock();
    private final FakeDriver driver = FakeDriver.create();
    private final List<CompletableFuture<Connection>> waiting = new ArrayList<>();
    private @Nullable Pool pool;

    @AfterEach
    void close() {
        if (pool != null) {
            pool.close(0);
        }
        driver.close();
    }

    private Pool open(int maxSize) {
        return open(maxSize, clock::nanos);
    }

    private Pool open(int maxSize, LongSupplier nanos) {
        var config = PoolConfig.builder()
                .name("hand-off")
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(maxSize)
                .housekeeperInterval(Duration.ofMinutes(10))
                .build();
        var opened = Pool.open(config, List.of(), nanos, () -> clock.nanos() / 1_000_000);
        pool = opened;
        return opened;
    }

    /** Another thread that takes a connection and keeps it; it is in line when this returns. */
    private CompletableFuture<Connection> another(Pool from, String operation, boolean isVirtual) {
        var result = new CompletableFuture<Connection>();
        int before = from.line().size();
        start(isVirtual, () -> {
            try {
                result.complete(from.acquire(operation, THIRTY_SECONDS));
            } catch (SQLException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        await().until(() -> from.line().size() == before + 1);
        waiting.add(result);
        return result;
    }

    private static void start(boolean isVirtual, Runnable work) {
        if (!isVirtual) {
            var thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
            return;
        }
        try {
            var start = MethodHandles.publicLookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
            assertThat((Thread) start.invoke(work)).isNotNull();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> holders(Pool of) {
        return of.leases().stream().map(Lease::operation).toList();
    }

    @Test
    void runningThreadOvertakesUntilSomebodyHasWaitedForTheBound() throws Exception {
        var of = open(1);
        var held = of.acquire("first", THIRTY_SECONDS);
        var waiter = another(of, "waiter", false);

        of.lock().lock();
        try {
            held.close();
            clock.advance(Duration.ofNanos(Dispatcher.BARGE_NANOS - 1));
            held = of.acquire("overtakes", 0);
            assertThat(holders(of)).containsExactly("overtakes");
            held.close();
            held = of.acquire("overtakes again", 0);
        } finally {
            of.lock().unlock();
        }
        assertThat(waiter).isNotDone();

        clock.advance(Duration.ofNanos(1));
        held.close();

        assertThat(holders(of)).containsExactly("waiter");
        waiter.get(10, TimeUnit.SECONDS).close();
    }

    @Test
    void wokenOneThatFoundNothingIsStillNext() throws Exception {
        var of = open(1);
        var held = of.acquire("first", THIRTY_SECONDS);
        var waiter = another(of, "waiter", false);
        var later = another(of, "later", false);
        of.lock().lock();
        try {
            held.close();
            held = of.acquire("overtakes", 0);
        } finally {
            of.lock().unlock();
        }
        clock.advance(Duration.ofNanos(Dispatcher.BARGE_NANOS));
        held.close();
        assertThat(holders(of)).containsExactly("waiter");
        waiter.get(10, TimeUnit.SECONDS).close();
        assertThat(holders(of)).containsExactly("later");
        later.get(10, TimeUnit.SECONDS).close();
    }

    @Test
    void releasedConnectionIsTakenByTheOneThatWasWoken() throws Exception {
        var of = open(1);
        var held = of.acquire("first", THIRTY_SECONDS);
        var waiter = another(of, "waiter", false);
        var later = another(of, "later", false);

        held.close();

        waiter.get(10, TimeUnit.SECONDS).close();
        later.get(10, TimeUnit.SECONDS).close();
        assertThat(of.leases()).isEmpty();
    }

    @Test
    void oneWokenFindsAllConnectionsThatWereReleasedMeanwhile() throws Exception {
        var of = open(3);
        var held = List.of(
                of.acquire("1", THIRTY_SECONDS), of.acquire("2", THIRTY_SECONDS), of.acquire("3", THIRTY_SECONDS));
        var waiters = List.of(another(of, "a", false), another(of, "b", false), another(of, "c", false));
        of.lock().lock();
        try {
            for (var connection : held) {
                connection.close();
            }
        } finally {
            of.lock().unlock();
        }
        for (var waiter : waiters) {
            assertThat(waiter.get(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(holders(of)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void connectionLeftToOneWhoWasServedMeanwhileGoesToTheNext() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = new AtomicReference<Thread>();
        // The slow one is in line, and reads the clock before it parks: until then it cannot look for anything.
        var of = open(2, () -> {
            var asked = pool;
            if (asked != null
                    && Thread.currentThread() == slow.get()
                    && !asked.line().isEmpty()) {
                pass(gate);
            }
            return clock.nanos();
        });
        var held = of.acquire("1", THIRTY_SECONDS);
        var other = of.acquire("2", THIRTY_SECONDS);
        var first = new CompletableFuture<Connection>();
        start(false, () -> {
            slow.set(Thread.currentThread());
            try {
                first.complete(of.acquire("slow", THIRTY_SECONDS));
            } catch (SQLException e) {
                first.completeExceptionally(e);
            }
        });
        await().until(() -> of.line().size() == 1);
        var later = another(of, "later", false);

        held.close();
        assertThat(later).as("left to the one that was woken").isNotDone();
        clock.advance(Duration.ofNanos(Dispatcher.BARGE_NANOS));
        other.close();

        assertThat(holders(of)).contains("slow");
        assertThat(later.get(10, TimeUnit.SECONDS)).isNotNull();
        gate.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    private static void pass(CountDownLatch gate) {
        try {
            assertThat(gate.await(30, TimeUnit.SECONDS)).isTrue();
            // The gate has used up the wake-up that was meant for the line.
            LockSupport.unpark(Thread.currentThread());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void strayWakeUpChangesNothing() throws Exception {
        var of = open(1);
        var held = of.acquire("first", THIRTY_SECONDS);
        var started = new CompletableFuture<Thread>();
        var result = new CompletableFuture<Connection>();
        start(false, () -> {
            started.complete(Thread.currentThread());
            try {
                result.complete(of.acquire("waiter", THIRTY_SECONDS));
            } catch (SQLException e) {
                result.completeExceptionally(e);
            }
        });
        var thread = started.get(10, TimeUnit.SECONDS);
        await().until(() -> of.line().size() == 1);
        for (int i = 0; i < 100; i++) {
            LockSupport.unpark(thread);
        }
        assertThat(result).isNotDone();
        held.close();
        assertThat(result.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void virtualThreadGetsItPassedAtOnce() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        var of = open(1);
        var held = of.acquire("first", THIRTY_SECONDS);
        var waiter = another(of, "virtual", true);

        held.close();

        assertThat(holders(of)).containsExactly("virtual");
        waiter.get(10, TimeUnit.SECONDS).close();
    }
}
