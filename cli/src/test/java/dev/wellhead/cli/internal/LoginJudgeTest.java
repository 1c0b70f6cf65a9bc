// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.cli.internal.Complaint.Kind;
import dev.wellhead.pool.PoolConfig;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals that a server in a test does not give at will; the others are in DoctorCommandTest. */
class LoginJudgeTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            28000 | FATAL: no pg_hba.conf entry for host "10.0.0.9", user "app" | REFUSED     | username      | pg_hba.conf
            42501 | FATAL: permission denied for database "shop"                | REFUSED     | username      | GRANT CONNECT
            53300 | FATAL: sorry, too many clients already                      | REFUSED     | pool.max-size | pg_stat_activity
            57P03 | FATAL: the database system is starting up                   | UNREACHABLE | url           | wait
            08P01 | FATAL: unsupported startup parameter: options               | REFUSED     | pool.pooled   | pool.pooled=true
            08P01 | Protocol error. Session setup failed.                       | REFUSED     | url           | right port
            08006 | An I/O error occurred while sending to the backend.         | UNREACHABLE | url           | log
            XX000 | FATAL: something else                                       | REFUSED     | url           | words
            """)
    void eachRefusalHasItsKeyAndMend(String state, String message, Kind kind, String key, String mend) {
        assertThat(complaint(new SQLException(message, state))).satisfies(complaint -> {
            assertThat(complaint.kind()).isEqualTo(kind);
            assertThat(complaint.key()).isEqualTo(key);
            assertThat(complaint.wrong()).contains(message);
            assertThat(complaint.mend()).contains(mend);
        });
    }

    @Test
    void silenceNamesTheLimit() {
        var failure = new SQLException("failed", "08006", new SocketTimeoutException("Read timed out"));
        assertThat(complaint(failure).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(complaint(failure).wrong()).contains("longer than 1500 ms");
    }

    @Test
    void severalLinesOfTheServerBecomeOne() {
        assertThat(complaint(new SQLException("FATAL: no\n  Detail: because\n  Hint: try", "XX000"))
                        .wrong())
                .endsWith("FATAL: no; Detail: because; Hint: try");
    }

    private static Complaint complaint(SQLException failure) {
        var pool = PoolConfig.builder()
                .jdbcUrl("jdbc:postgresql://localhost/shop")
                .username("app")
                .build();
        var findings = new Findings();
        new LoginJudge(pool, Duration.ofMillis(1_500)).judge(failure, findings);
        var result = findings.result(Step.LOGIN, 1);
        assertThat(result.status()).isEqualTo(Status.FAIL);
        assertThat(result.complaints()).hasSize(1);
        return result.complaints().get(0);
    }
}
