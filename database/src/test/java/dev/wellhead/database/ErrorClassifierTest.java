// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.PoolConfig;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorClassifierTest {

    private static final Judgement BUSY =
            new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.OVERLOADED, ErrorCode.E2011);

    private final DatabaseConfig plain = DatabaseConfig.of(
            PoolConfig.builder().name("orders").jdbcUrl("jdbc:postgresql://h/d").build());

    @Test
    void isAskedBeforeTheTable() {
        var judge = ErrorJudge.of(plain.withErrors(
                (error, phase) -> "23505".equals(error.getSQLState()) ? Optional.of(BUSY) : Optional.empty()));
        assertThat(judge.judge(new SQLException("x", "23505"), Phase.IN_TRANSACTION))
                .isEqualTo(BUSY);
        assertThat(judge.judge(new SQLException("x", "23503"), Phase.IN_TRANSACTION)
                        .meaning())
                .isEqualTo(Meaning.CONSTRAINT);
    }

    @Test
    void firstThatKnowsDecidesAndThePhaseIsTold() {
        List<Phase> phases = new ArrayList<>();
        var judge = ErrorJudge.of(plain.withErrors((error, phase) -> {
                    phases.add(phase);
                    return Optional.empty();
                })
                .withErrors((error, phase) -> Optional.of(BUSY))
                .withErrors((error, phase) -> {
                    throw new IllegalStateException("never asked");
                }));
        assertThat(judge.judge(new SQLException("x", "U0429"), Phase.AUTOCOMMIT_SENT))
                .isEqualTo(BUSY);
        assertThat(phases).containsExactly(Phase.AUTOCOMMIT_SENT);
    }

    @Test
    void everyErrorOfTheChainIsShown() {
        var batch = new BatchUpdateException("entry 0", "23505", new int[0]);
        batch.setNextException(new SQLException("of ours", "U0429"));
        var judge = ErrorJudge.of(plain.withErrors(
                (error, phase) -> "U0429".equals(error.getSQLState()) ? Optional.of(BUSY) : Optional.empty()));
        assertThat(judge.judge(batch, Phase.IN_TRANSACTION)).isEqualTo(BUSY);
    }

    @Test
    void oneThatThrowsIsLoggedOnceAndCountsAsNotKnown() {
        var judge = ErrorJudge.of(plain.withErrors((error, phase) -> {
            throw new IllegalStateException("a secret of mine");
        }));
        try (var log = new LogCapture()) {
            for (int i = 0; i < 3; i++) {
                assertThat(judge.judge(new SQLException("x", "23505"), Phase.IN_TRANSACTION)
                                .meaning())
                        .isEqualTo(Meaning.CONSTRAINT);
            }
            assertThat(log.lines().stream().filter(line -> line.startsWith("WARN")))
                    .singleElement()
                    .asString()
                    .startsWith("WARN error classifier failed pool=orders classifier=")
                    .endsWith(" cause=IllegalStateException");
        }
    }

    @Test
    void staysThroughAReconfiguration() {
        ErrorClassifier classifier = (error, phase) -> Optional.empty();
        var config =
                Opened.config("orders", "jdbc:postgresql://127.0.0.1:9/none").withErrors(classifier);
        try (var database = Database.open(config)) {
            database.reconfigure(Opened.config("orders", "jdbc:postgresql://127.0.0.1:9/none"));
            assertThat(database.config().errors()).containsExactly(classifier);
        }
    }
}
