// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.ErrorRow.Dialect;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorJudgeTest {

    private static final String TABLE = "/error-judge.csv";

    /** With the words by which the rows that look at words are told. */
    private static final String TEXT = "running with the --read-only option; cached plan must not change result type";

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
                ? new SQLException(TEXT, "HY000", Integer.parseInt(key.substring(1)))
                : new SQLException(TEXT, key);
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
                    .map(line -> line.split(",", 3))
                    .map(columns -> columns[0].strip() + " " + columns[1].strip())
                    .collect(Collectors.toSet());
            for (var row : ErrorTable.all()) {
                var prefix =
                        row.dialect() == Dialect.ANY ? "" : row.dialect().name().toLowerCase(Locale.ROOT) + " ";
                assertThat(tested)
                        .as("a tested key for row %s", row)
                        .anyMatch(line -> line.startsWith(prefix)
                                && (line.endsWith(" " + row.key())
                                        || (row.key().length() == 2 && line.contains(" " + row.key()))));
                assertThat(row.source()).isNotBlank();
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
    void optionOfMysqlThatForbidsAStatementIsNotAlwaysReadOnly() {
        var error = new SQLException("running with the --secure-file-priv option", "HY000", 1290);
        assertThat(judge("mysql").judge(error, Phase.IN_TRANSACTION))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.PERMISSION, ErrorCode.E2007));
    }

    @Test
    void rowsOfOneDatabaseAreNotAskedForAnother() {
        for (var row : ErrorTable.all()) {
            if (row.dialect() != Dialect.ANY && row.key().startsWith("#")) {
                var error = new SQLException(
                        TEXT, "HY000", Integer.parseInt(row.key().substring(1)));
                assertThat(judge("other").judge(error, Phase.IN_TRANSACTION).meaning())
                        .as("%s", row)
                        .isEqualTo(Meaning.OTHER);
            }
        }
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
    void nextExceptionOfABatchCounts() {
        var batch = new BatchUpdateException("entry 0 failed", null, new int[] {1});
        batch.setNextException(new SQLException("duplicate", "23505"));
        var judgement = judge("postgresql").judge(batch, Phase.IN_TRANSACTION);
        assertThat(judgement.meaning()).isEqualTo(Meaning.CONSTRAINT);
        assertThat(ErrorJudge.sqlStateOf(batch)).isEqualTo("23505");
    }

    @Test
    void firstKnownErrorOfTheChainDecides() {
        var head = new SQLException("batch failed", "HY000");
        head.setNextException(new SQLException("odd", "99999"));
        head.setNextException(new SQLException("deadlock", "40P01"));
        head.setNextException(new SQLException("duplicate", "23505"));
        assertThat(judge("postgresql").judge(head, Phase.IN_TRANSACTION))
                .isEqualTo(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, ErrorCode.E2012));
        var cause = new SQLException("wrapped", new IllegalStateException(new SQLException("x", "57P01")));
        assertThat(judge("postgresql").judge(cause, Phase.COMMIT_SENT).kind()).isEqualTo(ErrorKind.AMBIGUOUS);
    }

    @Test
    @Timeout(10)
    void circlesEnd() {
        var first = new SQLException("first");
        var second = new SQLException("second", first);
        first.initCause(second);
        first.setNextException(second);
        var third = new SQLException("gone", "08006");
        second.setNextException(third);
        third.setNextException(first);
        assertThat(judge("postgresql").judge(first, Phase.IN_TRANSACTION).kind())
                .isEqualTo(ErrorKind.RETRY_TRANSACTION);
        assertThat(ErrorJudge.sqlStateOf(first)).isEqualTo("08006");
        var self = new CycleOfOne();
        assertThat(judge("postgresql").judge(self, Phase.AUTOCOMMIT_SENT).kind())
                .isEqualTo(ErrorKind.NEVER);
    }

    @Test
    void chainIsWalkedToABound() {
        var head = new SQLException("0");
        for (int i = 1; i < 10 * ErrorChain.MOST; i++) {
            head.setNextException(new SQLException(String.valueOf(i)));
        }
        assertThat(ErrorChain.of(head).sqlExceptions()).hasSize(ErrorChain.MOST);
    }

    @Test
    void suppressedErrorsSayNothing() {
        var error = new SQLException("odd", "99999");
        error.addSuppressed(new SQLException("gone", "08006"));
        assertThat(judge("postgresql").judge(error, Phase.AUTOCOMMIT_SENT).kind())
                .isEqualTo(ErrorKind.NEVER);
    }

    /** Its own cause and its own next one. */
    private static final class CycleOfOne extends SQLException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return this;
        }

        @Override
        public SQLException getNextException() {
            return this;
        }
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
