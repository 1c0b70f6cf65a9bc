// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorJudgeTest {

    private static final String TABLE = "/error-judge.csv";
    private static final List<Phase> COLUMNS =
            List.of(Phase.CONNECT, Phase.NOT_SENT, Phase.IN_TRANSACTION, Phase.COMMIT_SENT, Phase.AUTOCOMMIT_SENT);
    private static final Map<Character, ErrorKind> KINDS = Map.of(
            'A', ErrorKind.RETRY_ANYWHERE,
            'T', ErrorKind.RETRY_TRANSACTION,
            'M', ErrorKind.AMBIGUOUS,
            'N', ErrorKind.NEVER);

    @ParameterizedTest
    @CsvFileSource(resources = TABLE)
    void judgesByStateAndPhase(String dialect, String key, String kinds, String early, String late) {
        var error = key.startsWith("#")
                ? new SQLException("x", "HY000", Integer.parseInt(key.substring(1)))
                : new SQLException("x", key);
        for (int i = 0; i < kinds.length(); i++) {
            var phase = COLUMNS.get(i);
            var judgement = judge(dialect).judge(error, phase);
            var expected = phase == Phase.CONNECT || phase == Phase.NOT_SENT ? early : late;
            assertThat(judgement.kind()).as("%s in %s", key, phase).isEqualTo(KINDS.get(kinds.charAt(i)));
            assertThat(judgement.meaning() + "/" + judgement.code())
                    .as("%s in %s", key, phase)
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyRowOfTheTableIsTested() throws IOException {
        try (var stream = Objects.requireNonNull(getClass().getResourceAsStream(TABLE))) {
            Set<String> tested = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("# "))
                    .map(line -> line.split(",", 3)[1].strip())
                    .collect(Collectors.toSet());
            for (var row : ErrorTable.all()) {
                assertThat(tested)
                        .as("a tested key for row %s", row)
                        .anyMatch(
                                key -> key.equals(row.key()) || (row.key().length() == 2 && key.startsWith(row.key())));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"IN_TRANSACTION", "COMMIT_SENT", "AUTOCOMMIT_SENT"})
    void nothingMayBeTriedAnywhereOnceWorkWasSent(Phase phase) {
        for (var row : ErrorTable.all()) {
            if (row.phases().contains(phase)) {
                assertThat(row.judgement().kind()).as("%s", row).isNotEqualTo(ErrorKind.RETRY_ANYWHERE);
            }
        }
    }

    @Test
    void vendorCodesAreThoseOfTheirVendor() {
        var error = new SQLException("x", "23505", 1213);
        assertThat(judge("postgresql").judge(error, Phase.IN_TRANSACTION).kind())
                .isEqualTo(ErrorKind.NEVER);
        assertThat(judge("mysql").judge(error, Phase.IN_TRANSACTION).kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
        assertThat(judge("mariadb").judge(error, Phase.IN_TRANSACTION).kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
    }

    @Test
    void changedResultTypeOfCachedPlanMayBeTriedAgain() {
        var error = new SQLException("ERROR: cached plan must not change result type", "0A000");
        assertThat(judge("postgresql").judge(error, Phase.IN_TRANSACTION).kind())
                .isEqualTo(ErrorKind.RETRY_TRANSACTION);
    }

    @Test
    void errorWithoutStateGoesByItsClass() {
        var judge = judge("other");
        assertThat(judge.judge(new SQLTimeoutException("x"), Phase.AUTOCOMMIT_SENT)
                        .code())
                .isEqualTo(ErrorCode.E2002);
        assertThat(judge.judge(new SQLRecoverableException("x"), Phase.AUTOCOMMIT_SENT)
                        .kind())
                .isEqualTo(ErrorKind.AMBIGUOUS);
        assertThat(judge.judge(new SQLIntegrityConstraintViolationException("x"), Phase.AUTOCOMMIT_SENT)
                        .meaning())
                .isEqualTo(Meaning.CONSTRAINT);
        assertThat(judge.judge(new SQLException("x", new EOFException()), Phase.IN_TRANSACTION)
                        .kind())
                .isEqualTo(ErrorKind.RETRY_TRANSACTION);
        assertThat(judge.judge(new SQLException("x"), Phase.AUTOCOMMIT_SENT).kind())
                .isEqualTo(ErrorKind.NEVER);
    }

    @Test
    void wrappedSqlExceptionCounts() {
        var error = new IllegalStateException(new SQLException("x", "28P01"));
        assertThat(judge("postgresql").judge(error, Phase.CONNECT).code()).isEqualTo(ErrorCode.E2008);
        assertThat(judge("postgresql")
                        .judge(new IllegalStateException(new ConnectException()), Phase.CONNECT)
                        .kind())
                .isEqualTo(ErrorKind.RETRY_ANYWHERE);
    }

    @Test
    void refusalBecauseTheDatabaseIsDownIsJudgedByTheConnectFailure() {
        var wrongPassword = refused(new SQLException("no", "28P01"));
        assertThat(judge("postgresql").judge(wrongPassword, Phase.NOT_SENT))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.AUTHENTICATION, ErrorCode.E2008));
        assertThat(ErrorJudge.sqlStateOf(wrongPassword)).isEqualTo("28P01");
        assertThat(judge("postgresql").judge(refused(null), Phase.NOT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, ErrorCode.E2003));
    }

    private static AcquireRefusedException refused(SQLException cause) {
        PoolSnapshot snapshot = Snapshots.idle();
        return new AcquireRefusedException("x", RefusalReason.DATABASE_DOWN, Duration.ZERO, snapshot, cause);
    }

    private static ErrorJudge judge(String dialect) {
        return ErrorJudge.forUrl("jdbc:" + dialect + "://h/d");
    }
}
