// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.Probe.Outcome;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthJudgeTest {

    private static final ErrorJudge JUDGE = ErrorJudge.forUrl("jdbc:postgresql://h/d");
    private static final DatabaseConfig CONFIG = DatabaseConfig.of(PoolConfig.builder()
            .name("orders")
            .jdbcUrl("jdbc:postgresql://secret-host/d?user=secret-user")
            .build());
    private static final Outcome ANSWERED = Outcome.answered(1_500_000, false);

    private final HealthJudge judge = new HealthJudge(() -> CONFIG);

    @ParameterizedTest
    @CsvSource({
        "08001, DATABASE_DOWN",
        "57P03, DATABASE_DOWN",
        "28P01, AUTHENTICATION",
        "3D000, UNKNOWN_DATABASE",
        "53300, DATABASE_OVERLOADED",
        "XX000, DATABASE_DOWN"
    })
    void namesWhatKeptTheAnswerAway(String sqlState, Verdict verdict) {
        var report = report(failed(new SQLException("FATAL: secret-user at secret-host", sqlState), 1, false));
        assertThat(report.verdict()).isEqualTo(verdict);
        assertThat(report.error())
                .hasValueSatisfying(text ->
                        assertThat(text).contains("sqlState=" + sqlState).doesNotContain("secret"));
        assertThat(report.recommendations()).hasSize(1);
        assertThat(report.recommendations().get(0)).contains("SQLSTATE " + sqlState);
    }

    @Test
    void noAnswerInTimeIsStall() {
        var stalled = new HealthState(
                Outcome.stalled(5_000_000_000L),
                JUDGE.judge(new SQLException("x"), Phase.CONNECT),
                "",
                now(),
                2,
                false);
        assertThat(report(stalled).verdict()).isEqualTo(Verdict.NETWORK_STALL);
        assertThat(report(stalled).error()).hasValue("No answer within 5000 ms");
        assertThat(report(stalled).recommendations().get(0)).startsWith("The last 2 checks got no answer");
        var read = failed(new SQLException("I/O", "08006", new SocketTimeoutException("Read timed out")), 1, false);
        assertThat(report(read).verdict()).isEqualTo(Verdict.NETWORK_STALL);
    }

    @Test
    void healthyDatabaseMayFailFewChecksBeforeItCountsAsUnhealthy() {
        var down = new SQLException("x", "08001");
        assertThat(report(failed(down, 1, true), true).healthy()).isTrue();
        assertThat(report(failed(down, 2, true), true).healthy()).isTrue();
        assertThat(report(failed(down, 3, true), true).healthy()).isFalse();
        assertThat(report(failed(down, 1, false), true).healthy()).isFalse();
        assertThat(report(failed(down, 1, true), false).healthy()).isFalse();
    }

    @Test
    void saturatedPoolIsHealthyAndSaysWhatToDo() {
        var report = judge.report(answered(), Snapshots.of(20, 0, 7), List.of(), false);
        assertThat(report.healthy()).isTrue();
        assertThat(report.verdict()).isEqualTo(Verdict.POOL_SATURATED);
        assertThat(report.recommendations())
                .singleElement()
                .asString()
                .startsWith("7 callers wait for a connection, the first for 321 ms, while 20 of 20 are active"
                        + " (mean use 45 ms)");
    }

    @Test
    void saturationByLeasesHeldTooLongIsLeak() {
        var lease = new Lease(
                3,
                1,
                OptionalLong.of(77),
                "worker-1",
                "export",
                "export",
                "",
                "SELECT 1",
                TransactionState.OPEN,
                false,
                Duration.ZERO,
                Duration.ofSeconds(70),
                Duration.ofSeconds(75),
                Instant.EPOCH);
        var report = judge.report(answered(), Snapshots.of(20, 0, 1), List.of(lease), false);
        assertThat(report.verdict()).isEqualTo(Verdict.LEAK_SUSPECTED);
        assertThat(report.recommendations().get(0))
                .isEqualTo("1 connection is held for longer than the leak threshold, the longest for 75000 ms by thread"
                        + " worker-1 in operation export: make sure that it is closed.");
    }

    @Test
    void highUtilisationIsHealthyWithAdvice() {
        assertThat(judge.report(answered(), Snapshots.of(16, 4, 0), List.of(), false)
                        .recommendations())
                .isEmpty();
        assertThat(judge.report(answered(), Snapshots.of(17, 3, 0), List.of(), false)
                        .recommendations())
                .singleElement()
                .asString()
                .startsWith("17 of 20 connections are active (85.00 %)");
    }

    @Test
    void serverThatAdmitsNoMoreIsHealthyWhileThePoolHasConnections() {
        var full = failed(new SQLException("x", "53300"), 5, false);
        assertThat(judge.report(full, Snapshots.of(1, 1, 0), List.of(), false).healthy())
                .isTrue();
        assertThat(judge.report(full, Snapshots.of(0, 0, 0), List.of(), false).healthy())
                .isFalse();
    }

    @Test
    void readOnlyServerIsToldUnlessThatIsWanted() {
        var readOnly = new HealthState(
                Outcome.answered(1, true), JUDGE.judge(new SQLException("x"), Phase.CONNECT), "", now(), 0, true);
        assertThat(report(readOnly).verdict()).isEqualTo(Verdict.READ_ONLY);
        var standby = DatabaseConfig.of(CONFIG.pool().toBuilder().readOnly(true).build());
        var wanted = new HealthJudge(() -> standby);
        assertThat(wanted.report(readOnly, Snapshots.idle(), List.of(), false).verdict())
                .isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void beforeTheFirstCheckNothingIsHeldAgainstIt() {
        var report = judge.report(null, Snapshots.idle(), List.of(), true);
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_CHECKED);
        assertThat(report.healthy()).isTrue();
        assertThat(report.age()).isEqualTo(Duration.ZERO);
    }

    private HealthReport report(HealthState state) {
        return report(state, false);
    }

    private HealthReport report(HealthState state, boolean damped) {
        PoolSnapshot idle = Snapshots.of(0, 0, 0);
        return judge.report(state, idle, List.of(), damped);
    }

    private static HealthState answered() {
        return new HealthState(ANSWERED, JUDGE.judge(new SQLException("x"), Phase.CONNECT), "", now(), 0, true);
    }

    private static HealthState failed(SQLException error, int strikes, boolean wasHealthy) {
        return new HealthState(
                Outcome.failed(2_000_000, error),
                JUDGE.judge(error, Phase.CONNECT),
                ErrorJudge.sqlStateOf(error),
                now(),
                strikes,
                wasHealthy);
    }

    private static Instant now() {
        return Instant.now();
    }
}
