// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wellhead.database.ErrorReport.Relation;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An exception as data is bounded and harmless, whatever it is. */
class ErrorReportTest {

    /** What an exception may come to at most, escapes included. */
    private static final int BOUND = 65_536;

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CANARY = "c4n4ry";

    @Test
    void tellsWhatIsKnown() {
        var failure = new BatchUpdateException("batch failed", "23505", 7, new int[0]);
        failure.setNextException(new SQLException("duplicate key", "23505", 1062));
        failure.initCause(new IOException("reset"));
        failure.addSuppressed(new IllegalStateException());

        var report = ErrorReport.of(failure);

        assertThat(report.omitted()).isZero();
        assertThat(report.errors())
                .containsExactly(
                        new ErrorReport.Entry(
                                Relation.THROWN, "java.sql.BatchUpdateException", "", "23505", 7, "batch failed"),
                        new ErrorReport.Entry(Relation.CAUSE, "java.io.IOException", "", "", 0, "reset"),
                        new ErrorReport.Entry(
                                Relation.NEXT, "java.sql.SQLException", "", "23505", 1062, "duplicate key"),
                        new ErrorReport.Entry(Relation.SUPPRESSED, "java.lang.IllegalStateException", "", "", 0, ""));
        assertThat(report.toMap())
                .isEqualTo(Map.of(
                        "omitted",
                        0,
                        "errors",
                        List.of(
                                Map.of(
                                        "relation", "THROWN",
                                        "type", "java.sql.BatchUpdateException",
                                        "sqlState", "23505",
                                        "vendorCode", 7,
                                        "message", "batch failed"),
                                Map.of("relation", "CAUSE", "type", "java.io.IOException", "message", "reset"),
                                Map.of(
                                        "relation", "NEXT",
                                        "type", "java.sql.SQLException",
                                        "sqlState", "23505",
                                        "vendorCode", 1062,
                                        "message", "duplicate key"),
                                Map.of("relation", "SUPPRESSED", "type", "java.lang.IllegalStateException"))));
    }

    @Test
    void aCircleIsToldOnce() {
        var inner = new SQLException("inner");
        var outer = new SQLException("outer", inner);
        inner.initCause(outer);
        inner.addSuppressed(outer);
        outer.addSuppressed(inner);
        inner.setNextException(outer);

        assertThat(ErrorReport.of(outer).errors())
                .extracting(ErrorReport.Entry::message)
                .containsExactly("outer", "inner");
    }

    @Test
    void isBoundedHoweverLargeTheExceptionIs() throws JsonProcessingException {
        var failure = new SQLException("\u0001".repeat(50_000_000));
        for (int i = 0; i < 5_000; i++) {
            var next = new SQLException("\"\\\u2028".repeat(1_000), failure);
            next.addSuppressed(new IllegalStateException("\u0000".repeat(10_000)));
            failure = next;
        }
        var report = ErrorReport.of(failure);
        assertThat(json(report).length()).isBetween(1_000, BOUND);
        assertThat(report.errors()).hasSize(16);
        assertThat(report.omitted()).isBetween(900, 1_000);
    }

    @Test
    void oneThatThrowsWhenAskedIsToldWithoutItsText() throws JsonProcessingException {
        var hostile = new RuntimeException() {

            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException(CANARY);
            }

            @Override
            public String toString() {
                throw new UnsupportedOperationException(CANARY);
            }

            @Override
            public synchronized Throwable getCause() {
                throw new UnsupportedOperationException(CANARY);
            }
        };
        var report = ErrorReport.of(new SQLException("outer", hostile));
        assertThat(report.errors()).hasSize(2);
        assertThat(report.errors().get(1).message())
                .isEqualTo("(the text cannot be read: java.lang.UnsupportedOperationException)");
        assertThat(json(report)).doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cannot reach postgresql://clerk:%s@db/app",
                "url was jdbc:postgresql://db/app?user=clerk&password=%s",
                "properties {user=clerk, password=%s}",
                "password=%s",
                "PASSWORD = '%s 2' refused",
                "DB_PASSWORD=%s",
                "apiToken=\"%s\"",
                "jdbc:oracle:thin:clerk/%s@//db:1521/s",
            })
    void whatLooksLikeASecretIsMaskedInEachText(String text) throws JsonProcessingException {
        var said = text.formatted(CANARY);
        var failure = new SQLException(said, new IOException(said));
        failure.addSuppressed(new RuntimeException("x".repeat(490) + " " + said));
        var report = ErrorReport.of(failure);
        assertThat(json(report) + report + report.toMap())
                .doesNotContain(CANARY)
                .contains("****");
    }

    private static String json(ErrorReport report) throws JsonProcessingException {
        return JSON.writeValueAsString(report.toMap());
    }
}
