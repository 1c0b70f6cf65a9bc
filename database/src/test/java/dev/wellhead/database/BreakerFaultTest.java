// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The breaker of a database whose server is killed under load and comes back. Checks of their own come once an hour. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class BreakerFaultTest {

    private static final HealthPolicy SELDOM = new HealthPolicy(true, Duration.ofHours(1), Duration.ofMillis(1_500), 3);

    private static PostgresServer server;
    private final List<Database> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void mend() {
        open.forEach(Database::close);
        if (!server.isRunning()) {
            server.restart();
        }
    }

    @Test
    void serverKilledUnderLoadFailsCallsFastAndServesAgainWithinASecondOfAccepting() {
        var database = database(UnaryOperator.identity());
        List<BreakerReport> told = new CopyOnWriteArrayList<>();
        database.addBreakerListener(told::add);
        try (var log = new LogCapture();
                var load = new Load(database, 8)) {
            load.awaitServed(100);
            assertThat(database.health().breaker().state()).isEqualTo(BreakerState.CLOSED);
            server.kill();
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> database.breaker().isOpen());
            assertThat(database.health().verdict()).isEqualTo(Verdict.DATABASE_DOWN);
            assertThat(database.health().breaker().isOpen()).isTrue();

            List<Long> tookMillis = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                assertThatThrownBy(() -> database.query("one", "SELECT 1").one(Integer.class))
                        .isInstanceOfSatisfying(BreakerOpenException.class, e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.E2019);
                            assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1));
                            assertThat(e.retryable()).isTrue();
                            assertThat(e.attempts()).isEqualTo(1);
                            assertThat(e).hasMessageContaining("verdict=DATABASE_DOWN");
                        });
                tookMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            }
            tookMillis.sort(null);
            // The machine itself may pause a thread: the slowest of a hundred may be such a one.
            assertThat(tookMillis.get(98)).isLessThan(50);

            server.restart();
            long accepts = System.nanoTime();
            long served = load.served();
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> load.served() > served);
            assertThat(Duration.ofNanos(System.nanoTime() - accepts)).isLessThan(Duration.ofSeconds(1));
            load.awaitServed(100);
            assertThat(database.breaker().state()).isEqualTo(BreakerState.CLOSED);
            assertThat(database.breaker().opened()).isEqualTo(1);
            assertThat(database.breaker().refused()).isGreaterThanOrEqualTo(100);
            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line -> line.equals("ERROR breaker opened pool=guarded verdict=DATABASE_DOWN"))
                    .anyMatch(line -> line.matches("INFO breaker closed pool=guarded openMs=\\d+ refusedInAll=\\d+")));
            await().until(() -> told.size() == 2);
        }
    }

    @Test
    void sessionsKilledUnderLoadDoNotOpenItWhileTheServerAnswers() throws Exception {
        var database = database(UnaryOperator.identity());
        try (var load = new Load(database, 8)) {
            for (int i = 0; i < 20; i++) {
                long lost = load.lost();
                // What is killed between two calls is found dead before the next, and no call is lost.
                await().until(() -> {
                    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
                    return load.lost() > lost;
                });
                load.awaitServed(20);
            }
            assertThat(load.lost()).isGreaterThanOrEqualTo(20);
            assertThat(database.breaker().opened()).isZero();
            assertThat(load.refusedFast()).isZero();
        }
    }

    @Test
    void refusedCallHasTheDatabaseCheckedThoughThePoolHasGoneQuiet() {
        var database =
                database(pool -> pool.quietAfter(Duration.ofMillis(500)).housekeeperInterval(Duration.ofMillis(50)));
        open(database);
        await().until(() -> database.dataSource().isQuiet());
        server.restart();
        await().during(Duration.ofMillis(700)).until(() -> database.breaker().isOpen());
        await().atMost(Duration.ofSeconds(5))
                .until(() -> Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class))
                        .isSuccess());
        assertThat(database.breaker().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void fallbackServesReadsWhileTheDatabaseCannotAnswerAndSaysSo() {
        var database = database(UnaryOperator.identity());
        var healthy = Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class))
                .fallback(why -> -1);
        assertThat(healthy.orElseThrow()).isEqualTo(1);
        assertThat(healthy.isDegraded()).isFalse();
        assertThat(healthy.toApiResponse()).doesNotContainKey("degraded");
        var wrong = Attempt.of(() -> database.query("one", "SELEKT 1").one(Integer.class))
                .fallback(why -> -1);
        assertThat(wrong).as("an answer, though no good one").isInstanceOf(Attempt.Failure.class);

        open(database);
        var degraded = Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class))
                .fallback(why -> -1);
        assertThat(degraded)
                .isInstanceOfSatisfying(
                        Attempt.Degraded.class,
                        served -> assertThat(served.error()).isInstanceOf(BreakerOpenException.class));
        assertThat(degraded.isDegraded()).isTrue();
        assertThat(degraded.orElseThrow()).isEqualTo(-1);
        assertThat(degraded.toApiResponse()).containsEntry("data", -1).containsEntry("degraded", true);
    }

    /** Kills the server and calls until the breaker is open. */
    private static void open(Database database) {
        assertThat(database.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
        server.kill();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            var unused = Attempt.of(() -> database.query("one", "SELECT 1").one(Integer.class));
            return database.breaker().isOpen();
        });
    }

    private Database database(UnaryOperator<PoolConfig.Builder> change) {
        var pool = Opened.pool("guarded", server.jdbcUrl()).acquireTimeout(Duration.ofMillis(200));
        var database = Database.open(
                new DatabaseConfig(change.apply(pool).build(), RetryPolicy.NONE, SELDOM, Duration.ofSeconds(5)));
        open.add(database);
        await().until(() -> database.health().verdict() == Verdict.HEALTHY);
        return database;
    }

    /** Threads that call all the time. */
    private static final class Load implements AutoCloseable {

        private final AtomicLong served = new AtomicLong();
        private final AtomicLong lost = new AtomicLong();
        private final AtomicLong refusedFast = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<CompletableFuture<Void>> threads = new ArrayList<>();

        Load(Database database, int size) {
            for (int i = 0; i < size; i++) {
                threads.add(CompletableFuture.runAsync(() -> run(database), OwnThread.EACH));
            }
        }

        private void run(Database database) {
            while (!over.get()) {
                var attempt = Attempt.of(() ->
                        database.query("load", "SELECT 1 FROM pg_sleep(0.001)").one(Integer.class));
                if (attempt instanceof Attempt.Failure<Integer> failure) {
                    var isFast = failure.error() instanceof BreakerOpenException;
                    (isFast ? refusedFast : lost).incrementAndGet();
                    if (isFast) {
                        // A client that is told to come back later comes back a little later.
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                    }
                } else {
                    served.incrementAndGet();
                }
            }
        }

        long served() {
            return served.get();
        }

        long lost() {
            return lost.get();
        }

        long refusedFast() {
            return refusedFast.get();
        }

        void awaitServed(long more) {
            long before = served.get();
            await().until(() -> served.get() >= before + more);
        }

        @Override
        public void close() {
            over.set(true);
            threads.forEach(CompletableFuture::join);
        }
    }
}
