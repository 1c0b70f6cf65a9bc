// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.PoolConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What opens a breaker and what closes it. */
class BreakerTest {

    private static final String URL = "jdbc:postgresql://h/d";
    private static final ErrorJudge JUDGE = ErrorJudge.forUrl(URL);

    private final Breaker breaker = breaker(true, BreakerPolicy.DEFAULT);

    @Test
    void opensWhenHalfOfTheLastTenAttemptsFailedWhileTheDatabaseCountsAsUnhealthy() {
        breaker.checked(Verdict.DATABASE_DOWN, true);
        for (int i = 0; i < 5; i++) {
            breaker.succeeded();
        }
        fail("08001", Phase.NOT_SENT, 4);
        breaker.succeeded();
        assertThat(breaker.report().state()).isEqualTo(BreakerState.CLOSED);
        // The first success has left the window.
        fail("08001", Phase.NOT_SENT, 1);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.report().opened()).isEqualTo(1);
        assertThat(breaker.report().trouble()).contains(Verdict.DATABASE_DOWN);
        assertThat(breaker.report().retryAfter()).isEqualTo(Breaker.RETRY_AFTER);
        assertThatThrownBy(breaker::admit).isInstanceOfSatisfying(OwnFault.class, e -> {
            assertThat(e.getSQLState()).isEqualTo(Breaker.REFUSED);
            assertThat(e.detail()).contains("verdict=DATABASE_DOWN").contains("retryAfterMs=1000");
        });
        assertThat(breaker.report().refused()).isEqualTo(1);
    }

    @Test
    void weighsNothingWhileTheDatabaseDoesNotCountAsUnhealthy() {
        fail("08006", Phase.AUTOCOMMIT_SENT, 1_000);
        breaker.checked(Verdict.DATABASE_DOWN, false);
        fail("08006", Phase.AUTOCOMMIT_SENT, 1_000);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.CLOSED);
        breaker.checked(Verdict.DATABASE_DOWN, true);
        fail("08006", Phase.AUTOCOMMIT_SENT, 9);
        assertThat(breaker.report().state()).as("what was before is forgotten").isEqualTo(BreakerState.CLOSED);
        fail("08006", Phase.AUTOCOMMIT_SENT, 1);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
    }

    @ParameterizedTest
    @CsvSource({
        "23505, AUTOCOMMIT_SENT",
        "42601, AUTOCOMMIT_SENT",
        "42501, AUTOCOMMIT_SENT",
        "40001, IN_TRANSACTION",
        "57014, AUTOCOMMIT_SENT",
        "53100, AUTOCOMMIT_SENT",
        "25006, IN_TRANSACTION",
        "28P01, CONNECT",
        "08W01, NOT_SENT",
        "08W02, NOT_SENT",
        "08W03, NOT_SENT",
        "08W04, NOT_SENT",
        "08W05, NOT_SENT",
        "08W06, NOT_SENT",
        "08W12, NOT_SENT"
    })
    void whatDoesNotMeanTroubleOfTheDatabaseNeverOpensIt(String sqlState, Phase phase) {
        breaker.checked(Verdict.DATABASE_DOWN, true);
        fail(sqlState, phase, 100);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
        "08001, NOT_SENT",
        "08006, AUTOCOMMIT_SENT",
        "08006, IN_TRANSACTION",
        "57P01, IN_TRANSACTION",
        "57P03, CONNECT",
        "53300, CONNECT",
        "08W07, NOT_SENT"
    })
    void whatMeansTroubleOfTheDatabaseOpensIt(String sqlState, Phase phase) {
        breaker.checked(Verdict.DATABASE_DOWN, true);
        fail(sqlState, phase, 10);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void halfOpenIsACheckAndLetsNoCallThrough() {
        open();
        breaker.begun();
        assertThat(breaker.report().state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.report().isOpen()).isTrue();
        assertThatThrownBy(breaker::admit).isInstanceOf(OwnFault.class);
        // A call of before that comes home late decides nothing.
        for (int i = 0; i < 100; i++) {
            breaker.succeeded();
        }
        assertThat(breaker.report().state()).isEqualTo(BreakerState.HALF_OPEN);
        breaker.checked(Verdict.NETWORK_STALL, true);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.report().opened()).as("it was never closed").isEqualTo(1);
        breaker.begun();
        breaker.checked(Verdict.HEALTHY, false);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.report().trouble()).isEmpty();
        assertThat(breaker.report().retryAfter()).isZero();
        assertThatCode(breaker::admit).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(names = {"HEALTHY", "AUTHENTICATION", "UNKNOWN_DATABASE"})
    void closesWithTheFirstCheckThatReachesTheServer(Verdict verdict) {
        open();
        breaker.begun();
        breaker.checked(verdict, true);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"DATABASE_DOWN", "NETWORK_STALL", "DATABASE_OVERLOADED"})
    void staysOpenWithACheckThatDoesNot(Verdict verdict) {
        open();
        breaker.begun();
        breaker.checked(verdict, true);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void keysSwitchItOff() {
        assertNeverOpens(breaker(true, new BreakerPolicy(false, 50, 10)));
        assertNeverOpens(breaker(false, BreakerPolicy.DEFAULT));
    }

    @Test
    void keysTuneIt() {
        var eager = breaker(true, new BreakerPolicy(true, 100, 2));
        eager.checked(Verdict.DATABASE_DOWN, true);
        fail(eager, "08001", Phase.NOT_SENT, 1);
        eager.succeeded();
        fail(eager, "08001", Phase.NOT_SENT, 1);
        assertThat(eager.report().state()).isEqualTo(BreakerState.CLOSED);
        fail(eager, "08001", Phase.NOT_SENT, 1);
        assertThat(eager.report().state()).isEqualTo(BreakerState.OPEN);
    }

    @ParameterizedTest
    @CsvSource({"0, 10, breaker.failure-rate=0", "101, 10, breaker.failure-rate=101", "50, 0, breaker.window=0"})
    void valuesOutOfRangeAreRefusedByName(int rate, int window, String named) {
        assertThatThrownBy(() -> new BreakerPolicy(true, rate, window))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(named + ": must be from 1 to ");
    }

    private static void assertNeverOpens(Breaker off) {
        off.checked(Verdict.DATABASE_DOWN, true);
        fail(off, "08001", Phase.NOT_SENT, 1_000);
        assertThat(off.report().state()).isEqualTo(BreakerState.OFF);
        assertThatCode(off::admit).doesNotThrowAnyException();
    }

    private void open() {
        breaker.checked(Verdict.DATABASE_DOWN, true);
        fail("08001", Phase.NOT_SENT, 10);
        assertThat(breaker.report().state()).isEqualTo(BreakerState.OPEN);
    }

    private void fail(String sqlState, Phase phase, int times) {
        fail(breaker, sqlState, phase, times);
    }

    private static void fail(Breaker breaker, String sqlState, Phase phase, int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(JUDGE.judge(new SQLException("x", sqlState), phase));
        }
    }

    private static Breaker breaker(boolean checks, BreakerPolicy policy) {
        var config = new DatabaseConfig(
                PoolConfig.builder().name("orders").jdbcUrl(URL).build(),
                RetryPolicy.NONE,
                new HealthPolicy(checks, Duration.ofSeconds(30), Duration.ofSeconds(5), 3),
                Duration.ZERO,
                OutcomePolicy.DEFAULT,
                policy,
                TimeLimits.NONE,
                StatementPolicy.DEFAULT,
                LogPolicy.DEFAULT,
                List.of());
        return new Breaker(() -> config);
    }
}
