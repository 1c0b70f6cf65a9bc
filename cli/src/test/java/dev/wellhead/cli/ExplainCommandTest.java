// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExplainCommandTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void explainsEveryCode(ErrorCode code) {
        var run = CliRun.of("explain", code.code());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith(code + " " + code.title())
                .contains(code.severity().name(), code.cause(), code.nextStep(), code.safeMessage());
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "P1001, E2003 Database unreachable",
        "P2024, E2001 Connection pool exhausted",
        "p2024, E2001 Connection pool exhausted",
        "40001, E2012 Transaction conflict",
        "23505, E2007 Statement failed",
        "28P01, E2008 Authentication failed",
        "57P01, E2010 Connection lost",
        "1213, E2012 Transaction conflict",
        "'#1040', E2011 Database overloaded",
        "ORA-00060, E2012 Transaction conflict",
        "ORA-1017, E2008 Authentication failed",
        "08W01, E2001 Connection pool exhausted"
    })
    void explainsStatesVendorsCodesAndOtherNames(String asked, String said) {
        var run = CliRun.of("explain", asked);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(said);
    }

    @Test
    void saysWhoseErrorItIsAndWhatItIsInEachPhase() {
        assertThat(CliRun.of("explain", "57P01").out())
                .contains("57P01, PostgreSQL, CONNECT or NOT_SENT")
                .contains("  judged    RETRY_ANYWHERE, UNREACHABLE, E2003")
                .contains("57P01, PostgreSQL, COMMIT_SENT or AUTOCOMMIT_SENT")
                .contains("  judged    AMBIGUOUS, CONNECTION_LOST, E2010")
                .contains("  source    PostgreSQL 18, Appendix A");
        assertThat(CliRun.of("explain", "1205").out())
                .contains("#1205, MySQL and MariaDB, at any time", "#1205, SQL Server, at any time");
        assertThat(CliRun.of("explain", "ORA-00060").out()).doesNotContain("MySQL");
    }

    @Test
    void answersAsJson() throws Exception {
        var json = CliRun.of("explain", "40001", "--json").json();
        assertThat(json.path("codes").path(0).path("code").asText()).isEqualTo("E2012");
        assertThat(json.path("rows").findValuesAsText("kind")).containsOnly("RETRY_TRANSACTION");
    }

    @ParameterizedTest
    @CsvSource({"E9999", "QQQQQ", "hello", "99999"})
    void saysWhatCanBeAskedWhereNothingIsKnown(String asked) {
        var run = CliRun.of("explain", asked);
        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("wellhead: nothing is known of \"" + asked + "\": give a code");
    }
}
