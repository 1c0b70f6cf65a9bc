// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import dev.wellhead.testkit.ManualClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that was frozen, or a machine that slept: nobody knows what became of the connections. */
class ClockJumpTest {

    private static final int CONNECTIONS = 3;

    private final FakeDriver driver = FakeDriver.create();
    private final ManualClock clock = new ManualClock();
    private final AtomicLong wallMillis = new AtomicLong();
    private Pool pool;

    @BeforeEach
    void open() throws SQLException {
        var config = PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .keepaliveInterval(Duration.ZERO)
                .idleTimeout(Duration.ZERO)
                .maxLifetime(Duration.ZERO)
                .housekeeperInterval(Duration.ofMillis(20))
                // Age alone makes nothing suspect here.
                .validateAfterIdle(Duration.ofDays(1))
                .build();
        pool = Pool.open(config, List.of(), clock::nanos, wallMillis::get);
        var held = new ArrayList<Connection>();
        for (int i = 0; i < CONNECTIONS; i++) {
            held.add(pool.acquire("", -1));
        }
        for (var connection : held) {
            connection.close();
        }
    }

    @AfterEach
    void close() {
        pool.close(0);
        driver.close();
    }

    private int validated() {
        return driver.calls(FakeOperation.VALIDATE).size();
    }

    private void pass(Duration time) {
        clock.advance(time);
        wallMillis.addAndGet(time.toMillis());
    }

    /** Lets time pass as it does, in steps that the ticker sees, until it sleeps. */
    private void letTheTickSleep() {
        while (pool.ticker().freshAfter() - clock.nanos() < 0) {
            long before = pool.ticker().tick();
            pass(Duration.ofMillis(300));
            await().until(() -> pool.ticker().tick() != before || pool.ticker().freshAfter() - clock.nanos() > 0);
        }
    }

    @Test
    void standstillWhileTheTickRunsHasAllConnectionsAsked() {
        pass(Duration.ofSeconds(5));
        await().until(() -> validated() == CONNECTIONS);
    }

    @Test
    void standstillWhileTheTickSleepsHasAllConnectionsAsked() {
        letTheTickSleep();
        assertThat(validated()).isZero();
        pass(Duration.ofMinutes(1));
        await().until(() -> validated() == CONNECTIONS);
    }

    @Test
    void suspendedMachineWhoseClockForIntervalsStoodStillHasAllConnectionsAsked() {
        wallMillis.addAndGet(Duration.ofHours(8).toMillis());
        await().until(() -> validated() == CONNECTIONS);
    }

    @Test
    void suspendedMachineIsNoticedWhileTheTickSleeps() {
        letTheTickSleep();
        wallMillis.addAndGet(Duration.ofHours(8).toMillis());
        await().until(() -> validated() == CONNECTIONS);
    }

    @Test
    void firstCallerAfterAStandstillGetsAConnectionThatWasAsked() throws SQLException {
        letTheTickSleep();
        pass(Duration.ofMinutes(1));
        // Whoever comes first, this caller or the housekeeper.
        try (var connection = pool.acquire("", -1)) {
            assertThat(connection.isClosed()).isFalse();
            // Or one that was opened since, whichever came first.
            assertThat(validated() + driver.opened() - CONNECTIONS).isPositive();
        }
    }

    @Test
    void ordinaryPassageOfTimeAndAWallClockSetBackAreNoJump() {
        for (int i = 0; i < 5; i++) {
            long before = pool.ticker().tick();
            pass(Duration.ofMillis(100));
            wallMillis.addAndGet(-Duration.ofMinutes(10).toMillis());
            await().until(() -> pool.ticker().tick() != before);
        }
        await().during(Duration.ofMillis(100)).until(() -> validated() == 0);
    }
}
