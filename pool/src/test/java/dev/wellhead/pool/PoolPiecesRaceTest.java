// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The small races one by one, on a pool of one connection: two things at the same moment, thousands of times.
 *
 * <p>{@code -Dwellhead.stress.millis} makes each of them longer.
 */
@Tag("stress")
class PoolPiecesRaceTest {

    private static final long MILLIS = Long.getLong("wellhead.stress.millis", 250);
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final RaceDriver driver = new RaceDriver(1, RaceDriver.Manners.GOOD);
    private final WellheadDataSource pool = new WellheadDataSource(
            PoolConfig.builder().jdbcUrl(driver.url()).minIdle(0).maxSize(1).build());
    private final AtomicReference<@Nullable Connection> held = new AtomicReference<>();
    private long rounds;
    private TestReporter reporter = entry -> {};

    @BeforeEach
    void remember(TestReporter given) {
        reporter = given;
    }

    @AfterEach
    void nothingIsLost() throws SQLException {
        closeHeld();
        try (var last = pool.getConnection("last", PATIENT)) {
            assertThat(last.isClosed()).isFalse();
        }
        pool.close();
        await().until(() -> driver.open() == 0);
        assertThat(driver.mostOpen()).isEqualTo(1);
        assertThat(driver.violations()).isEmpty();
        driver.close();
        reporter.publishEntry("rounds", String.valueOf(rounds));
    }

    private void closeHeld() throws SQLException {
        var connection = held.getAndSet(null);
        if (connection != null) {
            connection.close();
        }
    }

    private Connection holding() throws SQLException {
        var connection = pool.getConnection("holding", PATIENT);
        held.set(connection);
        return connection;
    }

    private Connection heldNow() {
        return java.util.Objects.requireNonNull(held.get());
    }

    /** Acquires with that limit and gives back; false when refused. */
    private boolean acquires(Duration limit) throws SQLException {
        try (var connection = pool.getConnection("short", limit)) {
            connection.nativeSQL("claim 1");
            connection.nativeSQL("free 1");
            return true;
        } catch (AcquireRefusedException e) {
            assertThat(e.reason()).isIn(RefusalReason.TIMEOUT, RefusalReason.DEADLINE);
            return false;
        }
    }

    private void repeat(Together together, Together.Act before, Together.Act after) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
        try (together) {
            while (System.nanoTime() - end < 0) {
                before.run();
                together.once();
                after.run();
                rounds++;
            }
        }
    }

    @Test
    void handleThatTwoThreadsCloseIsReleasedOnce() throws Exception {
        Together.Act close = () -> heldNow().close();
        repeat(new Together(close, close), this::holding, () -> {
            assertThat(pool.snapshot().active()).isZero();
            assertThat(pool.snapshot().counters().released()).isEqualTo(rounds + 1);
        });
    }

    @Test
    void handleThatIsClosedAndAbortedAtOnceEndsOnce() throws Exception {
        repeat(new Together(() -> heldNow().close(), () -> heldNow().abort(Runnable::run)), this::holding, () -> {
            assertThat(pool.snapshot().active()).isZero();
            assertThat(pool.snapshot().counters().released()).isEqualTo(rounds + 1);
        });
    }

    @Test
    void handleThatIsClosedWhileItIsUsedAnswersOrIsDead() throws Exception {
        var together = new Together(() -> heldNow().close(), () -> {
            try {
                assertThat(heldNow().getAutoCommit()).isTrue();
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("08003");
            }
        });
        repeat(together, this::holding, () -> assertThat(heldNow().isClosed()).isTrue());
    }

    @Test
    void callerWhoJoinsTheLineAtTheMomentOfAReleaseIsServed() throws Exception {
        var together = new Together(
                () -> heldNow().close(), () -> assertThat(acquires(PATIENT)).isTrue());
        repeat(
                together,
                this::holding,
                () -> assertThat(pool.snapshot().waiting()).isZero());
    }

    @Test
    void connectionThatIsReleasedAtTheMomentOfATimeOutIsNotLost() throws Exception {
        var limit = new AtomicInteger();
        var together = new Together(
                () -> heldNow().close(), () -> acquires(Duration.ofNanos(1_000L * (limit.incrementAndGet() % 60))));
        repeat(together, this::holding, () -> assertThat(acquires(PATIENT)).isTrue());
    }

    @Test
    void callerWhoIsInterruptedAtTheMomentOfAReleaseKeepsItsFlag() throws Exception {
        var waiting = new AtomicReference<@Nullable Thread>();
        var together = new Together(
                () -> heldNow().close(),
                () -> {
                    waiting.set(Thread.currentThread());
                    isServedOrInterrupted();
                    waiting.set(null);
                    // Whatever comes too late must not reach the next round.
                    var unused = Thread.interrupted();
                },
                () -> {
                    var thread = waiting.get();
                    if (thread != null) {
                        thread.interrupt();
                    }
                });
        repeat(together, this::holding, () -> assertThat(acquires(PATIENT)).isTrue());
    }

    private void isServedOrInterrupted() throws SQLException {
        try (var connection = pool.getConnection("interrupted", PATIENT)) {
            connection.nativeSQL("claim 1");
            connection.nativeSQL("free 1");
        } catch (AcquireRefusedException e) {
            assertThat(e.reason()).isEqualTo(RefusalReason.INTERRUPTED);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void connectionThatIsEvictedAtTheMomentOfAnAcquireServesOrIsReplaced() throws Exception {
        repeat(new Together(pool::evictAll, () -> assertThat(acquires(PATIENT)).isTrue()), () -> {}, () -> {
            assertThat(pool.snapshot().active()).isZero();
        });
    }

    @Test
    void connectionThatIsEvictedAtTheMomentOfItsReleaseDoesNotComeBack() throws Exception {
        var before = new AtomicInteger();
        repeat(
                new Together(pool::evictAll, () -> heldNow().close()),
                () -> {
                    var connection = holding();
                    before.set(number(connection));
                },
                () -> {
                    try (var connection = pool.getConnection("next", PATIENT)) {
                        assertThat(number(connection)).isNotEqualTo(before.get());
                    }
                });
    }

    /** Which physical connection it is. */
    private static int number(Connection connection) throws SQLException {
        return Integer.parseInt(connection.getCatalog());
    }

    @Test
    void callerWhoComesAtTheMomentOfAPauseIsServedAfterIt() throws Exception {
        var together = new Together(
                () -> {
                    pool.pause();
                    pool.resume();
                },
                () -> assertThat(acquires(PATIENT)).isTrue());
        repeat(together, () -> {}, () -> assertThat(pool.snapshot().state()).isEqualTo(PoolState.RUNNING));
    }
}
