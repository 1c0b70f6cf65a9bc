// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * One run of callers against a pool: they act at random by a seed until time is up; a watchman looks at the pool
 * meanwhile, and {@link #judge()} afterwards.
 *
 * <p>Watched all the time: the snapshot adds up and stays within its bounds; nobody waits while a connection is idle and
 * nothing moves. Afterwards: no connection had two owners or was validated or closed while held, what callers saw is what
 * the pool counted, every place can be acquired, the driver has as many connections open as the pool says, and none once
 * the pool is closed.
 */
final class Race implements AutoCloseable {

    /** What a caller does again and again. */
    @FunctionalInterface
    interface Deed {
        void act(Caller caller) throws SQLException;
    }

    private static final Duration CALM = Duration.ofSeconds(20);
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int DEEDS_A_PAUSE = 16;
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    final RaceDriver driver;
    final WellheadDataSource pool;
    private final long seed;
    private final int mostOpen;
    private final List<Caller> callers = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> running = new ArrayList<>();
    private final AtomicLong leases = new AtomicLong();
    private final LongAdder requests = new LongAdder();
    private final LongAdder served = new LongAdder();
    private final LongAdder released = new LongAdder();
    private final LongAdder deeds = new LongAdder();
    private final Map<RefusalReason, LongAdder> refused = new EnumMap<>(RefusalReason.class);
    private final AtomicLong longestWaitNanos = new AtomicLong();
    private final AtomicInteger holding = new AtomicInteger();
    private volatile boolean over;
    private long longestGapNanos;

    /** Bounds by {@code mostOpen} what the pool may ever have open, whatever is reconfigured meanwhile. */
    Race(long seed, RaceDriver driver, WellheadDataSource pool, int mostOpen) {
        this.seed = seed;
        this.driver = driver;
        this.pool = pool;
        this.mostOpen = mostOpen;
        for (var reason : RefusalReason.values()) {
            refused.put(reason, new LongAdder());
        }
    }

    /** Platform threads, each its own. */
    static Executor platform() {
        return task -> {
            var thread = new Thread(task, "race");
            thread.setDaemon(true);
            thread.start();
        };
    }

    /** Virtual threads, looked up, as the tests are compiled for JDK 17; null before JDK 21. */
    static @Nullable Executor virtual() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            return (Executor) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(java.util.concurrent.ExecutorService.class))
                    .invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** That many callers who do this. */
    Race callers(int count, Executor threads, Deed deed) {
        for (int i = 0; i < count; i++) {
            var caller = new Caller(new SplittableRandom(seed * 31 + callers.size()));
            callers.add(caller);
            var result = new CompletableFuture<Boolean>();
            running.add(result);
            threads.execute(() -> caller.run(deed, result));
        }
        return this;
    }

    /** Lets them act for that long, watching, and waits until all are done. */
    Race run(long millis) {
        long began = System.nanoTime();
        long watched = began;
        long movedAt = began;
        long before = -1;
        while (System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(millis)) {
            var snapshot = pool.snapshot();
            checkSums(snapshot);
            long now = System.nanoTime();
            long moved = snapshot.requests()
                    - snapshot.waiting()
                    + snapshot.counters().released();
            if (moved != before || !isStuck(snapshot)) {
                before = moved;
                movedAt = now;
            } else if (now - movedAt > STUCK_NANOS) {
                driver.violation("callers wait while a connection is idle or could be opened: " + snapshot);
                break;
            }
            LockSupport.parkNanos(WATCH_NANOS);
            longestGapNanos = Math.max(longestGapNanos, System.nanoTime() - watched);
            watched = System.nanoTime();
        }
        over = true;
        for (var one : running) {
            assertThat(one.orTimeout(60, TimeUnit.SECONDS).join()).as(about()).isTrue();
        }
        return this;
    }

    private static boolean isStuck(PoolSnapshot snapshot) {
        boolean couldOpen = snapshot.total() + snapshot.opening() < snapshot.maxSize();
        return snapshot.state() == PoolState.RUNNING
                && snapshot.waiting() > 0
                && (snapshot.idle() > 0 || (couldOpen && snapshot.active() == 0 && snapshot.validating() == 0));
    }

    private void checkSums(PoolSnapshot snapshot) {
        var counters = snapshot.counters();
        check(snapshot.total() == snapshot.active() + snapshot.idle() + snapshot.validating(), "total", snapshot);
        check(snapshot.total() <= mostOpen, "total over the limit", snapshot);
        check(counters.opened() == snapshot.total() + counters.closedTotal(), "opened", snapshot);
        check(snapshot.healthy() >= 0 && snapshot.healthy() <= snapshot.total(), "healthy", snapshot);
        check(snapshot.waiting() <= callers.size() && snapshot.waiting() >= 0, "waiting", snapshot);
        check((snapshot.waiting() == 0) == snapshot.oldestWait().isZero(), "oldest wait", snapshot);
    }

    private void check(boolean holds, String what, PoolSnapshot snapshot) {
        if (!holds) {
            driver.violation(what + " does not add up: " + snapshot);
        }
    }

    /** No caller was refused, and none waited for longer than that. */
    Race nobodyRefusedNorWaitedLongerThan(Duration most) {
        assertThat(refusals()).as(about()).isZero();
        return nobodyWaitedLongerThan(most);
    }

    /** No caller waited for longer than that, served or refused. */
    Race nobodyWaitedLongerThan(Duration most) {
        assertThat(Duration.ofNanos(longestWaitNanos.get())).as(about()).isLessThan(most);
        return this;
    }

    boolean refusedOnlyFor(RefusalReason only) {
        return requireNonNull(refused.get(only)).sum() == refusals();
    }

    /** The driver never saw more than the limit, unless the machine itself stood still for a moment. */
    Race driverNeverSawMoreThanTheLimit() {
        if (longestGapNanos < STALL_NANOS) {
            long surplus = closed(EvictReason.SURPLUS);
            assertThat((long) driver.mostOpen()).as(about()).isLessThanOrEqualTo(mostOpen + surplus);
        }
        return this;
    }

    /** Once everybody is gone: all numbers fit, and every place can be acquired. */
    Race judge() throws SQLException {
        driver.manners(RaceDriver.Manners.GOOD);
        pool.resume();
        calmly().until(() -> pool.snapshot().active() == 0 && pool.snapshot().waiting() == 0);
        everyPlaceCanBeAcquired();
        calmly().until(() -> {
            var now = pool.snapshot();
            return now.opening() == 0 && now.validating() == 0 && now.total() == driver.open();
        });
        var snapshot = pool.snapshot();
        checkSums(snapshot);
        var counters = snapshot.counters();
        assertThat(snapshot.requests()).as(about()).isEqualTo(requests.sum());
        assertThat(counters.direct() + counters.waited()).as(about()).isEqualTo(served.sum());
        assertThat(counters.released()).as(about()).isEqualTo(released.sum());
        refused.forEach((reason, count) ->
                assertThat(counters.refused().get(reason)).as(about() + reason).isEqualTo(count.sum()));
        assertThat(driver.violations()).as(about()).isEmpty();
        return this;
    }

    private void everyPlaceCanBeAcquired() throws SQLException {
        var caller = new Caller(new SplittableRandom(seed));
        var held = new ArrayList<Held>();
        for (int i = 0; i < pool.snapshot().maxSize(); i++) {
            var one = caller.acquire(CALM);
            assertThat(one).as(about() + " place " + i).isNotNull();
            held.add(one);
        }
        for (var one : held) {
            caller.release(one);
        }
    }

    @Override
    public void close() {
        pool.close();
        try {
            calmly().until(() -> driver.open() == 0 && pool.snapshot().total() == 0);
            checkSums(pool.snapshot());
            assertThat(driver.violations()).as(about()).isEmpty();
        } finally {
            driver.close();
        }
    }

    private ConditionFactory calmly() {
        return await(about()).atMost(CALM).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    long operations() {
        return requests.sum() + released.sum() + deeds.sum();
    }

    long refusals() {
        return refused.values().stream().mapToLong(LongAdder::sum).sum();
    }

    private long closed(EvictReason reason) {
        return pool.snapshot().counters().closed().get(reason);
    }

    String about() {
        return "seed " + seed + " on JDK " + Runtime.version().feature() + " after " + operations() + " operations,"
                + " refused " + refused + ", longest wait " + longestWaitNanos.get() / 1_000_000 + " ms: ";
    }

    /** A connection in the hands of a caller. */
    record Held(Connection connection, long lease) {}

    /** Somebody who uses the pool from one thread. */
    @SuppressWarnings("ThreadPriorityCheck") // A race wants every order that the scheduler can make.
    final class Caller {

        final SplittableRandom random;
        private volatile @Nullable Thread thread;

        Caller(SplittableRandom random) {
            this.random = random;
        }

        private void run(Deed deed, CompletableFuture<Boolean> result) {
            thread = Thread.currentThread();
            try {
                while (!over) {
                    deed.act(this);
                    deeds.increment();
                    // A virtual thread that never waits would keep its carrier from all others.
                    if (random.nextInt(DEEDS_A_PAUSE) == 0) {
                        LockSupport.parkNanos(1);
                    }
                }
                result.complete(true);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        }

        /** A connection that is nobody else's, or null when refused. */
        @Nullable
        Held acquire(Duration limit) throws SQLException {
            requests.increment();
            long began = System.nanoTime();
            Connection connection;
            try {
                connection = pool.getConnection("race", limit);
            } catch (AcquireRefusedException e) {
                requireNonNull(refused.get(e.reason())).increment();
                if (e.reason() == RefusalReason.INTERRUPTED && !Thread.interrupted()) {
                    driver.violation("an interrupted caller has lost its flag");
                }
                return null;
            } finally {
                longestWaitNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
            }
            served.increment();
            holding.incrementAndGet();
            long lease = leases.incrementAndGet();
            connection.nativeSQL("claim " + lease);
            return new Held(connection, lease);
        }

        /** Gives it up, and it is dead afterwards. */
        void release(Held held) throws SQLException {
            letGo(held);
            held.connection().close();
            released.increment();
        }

        /** The last word of a holder before the handle ends. */
        void letGo(Held held) throws SQLException {
            held.connection().nativeSQL("free " + held.lease());
            holding.decrementAndGet();
        }

        /** Counts a lease that ended in another way. */
        void endedOtherwise() {
            released.increment();
        }

        /** Uses no thread and no processor for up to that long, or the processor if it is short. */
        void hold(long mostNanos) {
            long nanos = mostNanos == 0 ? 0 : random.nextLong(mostNanos);
            if (nanos > TimeUnit.MICROSECONDS.toNanos(100)) {
                LockSupport.parkNanos(nanos);
                return;
            }
            long began = System.nanoTime();
            while (System.nanoTime() - began < nanos) {
                Thread.onSpinWait();
            }
        }

        /** Interrupts one of the callers. */
        void interruptSomebody() {
            var victim = callers.get(random.nextInt(callers.size())).thread;
            if (victim != null) {
                victim.interrupt();
            }
        }
    }

    private static <T> T requireNonNull(@Nullable T value) {
        return java.util.Objects.requireNonNull(value);
    }
}
