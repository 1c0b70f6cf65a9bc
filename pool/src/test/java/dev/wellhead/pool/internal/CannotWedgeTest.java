// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** "Callers wait, room is left, nothing opens" lasts no longer than createRetryInterval, whatever the driver does. */
class CannotWedgeTest {

    private static final Duration RETRY = Duration.ofMillis(100);
    /** What threads take to get a processor. */
    private static final Duration SLACK = Duration.ofMillis(60);

    private static final Duration RUN = Duration.ofSeconds(2);
    private static final int CALLERS = 12;

    private static final FakeBehavior FAIL = FakeBehavior.fail("no", "08006", 0);

    private static final Map<FakeOperation, List<FakeBehavior>> FAULTS = Map.of(
            FakeOperation.OPEN,
                    List.of(
                            FakeBehavior.fail("starting up", "57P03", 0),
                            FakeBehavior.slow(Duration.ofMillis(40)),
                            FakeBehavior.hang(),
                            FakeBehavior.returnNull()),
            FakeOperation.VALIDATE, List.of(FakeBehavior.answer(false), FakeBehavior.hang(), FAIL),
            FakeOperation.EXECUTE, List.of(FAIL, FakeBehavior.fail("shut down", "57P01", 0)),
            FakeOperation.ROLLBACK, List.of(FAIL),
            FakeOperation.CLOSE, List.of(FAIL, FakeBehavior.hang()),
            FakeOperation.ABORT, List.of(FAIL, FakeBehavior.hang()));

    /** Looks at the pool each millisecond and keeps the longest time in which it did nothing for those who wait. */
    private static final class Watcher implements Runnable {
        private final Pool pool;
        private final AtomicBoolean stop;
        private final AtomicLong longestNanos = new AtomicLong();
        private final AtomicLong looks = new AtomicLong();

        Watcher(Pool pool, AtomicBoolean stop) {
            this.pool = pool;
            this.stop = stop;
        }

        @Override
        public void run() {
            long since = 0;
            long connects = 0;
            long lastLook = System.nanoTime();
            while (!stop.get()) {
                boolean[] idle = {false};
                long before = connects;
                long[] ended = {0};
                pool.locked(() -> {
                    var snapshot = pool.snapshot();
                    idle[0] = !pool.line().isEmpty()
                            && pool.places() < pool.config().maxSize()
                            && snapshot.opening() == 0;
                    ended[0] =
                            snapshot.counters().opened() + snapshot.counters().openFailed();
                });
                connects = ended[0];
                long now = System.nanoTime();
                if (!idle[0] || connects != before) {
                    // Some connects fail within less than a look.
                    since = 0;
                } else if (since == 0 || now - lastLook > SLACK.toNanos()) {
                    // A watcher that was kept from looking has seen nothing.
                    since = now;
                } else {
                    longestNanos.accumulateAndGet(now - since, Math::max);
                }
                lastLook = now;
                looks.incrementAndGet();
                await().pollDelay(Duration.ofMillis(1))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> true);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void somethingIsAlwaysDoneForThoseWhoWait(long seed) throws Exception {
        var random = new Random(seed);
        try (var driver = FakeDriver.create()) {
            var pool = Pool.open(config(driver), List.of());
            var stop = new AtomicBoolean();
            var watcher = new Watcher(pool, stop);
            var served = new AtomicLong();
            var threads = new ArrayList<Thread>();
            threads.add(new Thread(watcher, "watcher"));
            for (int i = 0; i < CALLERS; i++) {
                threads.add(new Thread(() -> call(pool, stop, served), "caller"));
            }
            threads.forEach(Thread::start);
            long began = System.nanoTime();
            while (System.nanoTime() - began < RUN.toNanos()) {
                for (var entry : FAULTS.entrySet()) {
                    boolean well = random.nextInt(3) > 0;
                    var fault =
                            entry.getValue().get(random.nextInt(entry.getValue().size()));
                    driver.on(entry.getKey(), well ? FakeBehavior.normal() : fault);
                }
                await().pollDelay(Duration.ofMillis(5 + random.nextInt(40))).until(() -> true);
                if (random.nextInt(4) == 0) {
                    driver.release();
                }
            }
            // All is well again, and so is everybody.
            FAULTS.keySet().forEach(operation -> driver.on(operation, FakeBehavior.normal()));
            long before = served.get();
            await().atMost(Duration.ofSeconds(5)).until(() -> served.get() > before + 1_000);
            stop.set(true);
            for (var thread : threads) {
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
            assertThat(watcher.looks.get()).isGreaterThan(200);
            assertThat(Duration.ofNanos(watcher.longestNanos.get())).isLessThan(RETRY.plus(SLACK));
            driver.release();
            pool.close(0);
        }
    }

    private static PoolConfig config(FakeDriver driver) {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(4)
                .maxUses(50)
                .acquireTimeout(Duration.ofMillis(400))
                .connectTimeout(Duration.ofMillis(300))
                .validationTimeout(Duration.ofMillis(150))
                .validateAfterIdle(Duration.ofMillis(20))
                .createRetryInterval(RETRY)
                .closeTimeout(Duration.ofMillis(100))
                .build();
    }

    private static void call(Pool pool, AtomicBoolean stop, AtomicLong served) {
        while (!stop.get()) {
            try (var connection = pool.acquire("", -1);
                    var statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                served.incrementAndGet();
            } catch (SQLException fault) {
                // Refused, or what this test does to statements.
                Thread.onSpinWait();
            }
        }
    }
}
