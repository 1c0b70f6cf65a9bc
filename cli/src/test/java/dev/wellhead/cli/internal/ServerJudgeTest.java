// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.cli.internal.ServerReading.Clock;
import dev.wellhead.cli.internal.ServerReading.Rights;
import dev.wellhead.cli.internal.ServerReading.Version;
import dev.wellhead.pool.PoolConfig;
import org.junit.jupiter.api.Test;

class ServerJudgeTest {
    private static final long NOON_MICROS = 1_700_000_000_000_000L;

    @Test
    void clockIsComparedAtTheMiddleOfTheRoundTrip() {
        // Asked at noon, answered 40 ms later; the server read its clock at noon and 20 ms.
        var level = new Clock(NOON_MICROS, NOON_MICROS + 20_000, 40_000_000);
        assertThat(level.aheadMicros()).isZero();
        assertThat(level.uncertaintyMicros()).isEqualTo(20_000);
        var ahead = new Clock(NOON_MICROS, NOON_MICROS + 3_020_000, 40_000_000);
        assertThat(ahead.aheadMicros()).isEqualTo(3_000_000);
        var behind = new Clock(NOON_MICROS, NOON_MICROS - 2_480_000, 40_000_000);
        assertThat(behind.aheadMicros()).isEqualTo(-2_500_000);
    }

    @Test
    void clockThatIsOffByMoreThanASecondForCertainIsAWarning() {
        assertThat(clock(NOON_MICROS + 3_020_000, 40_000_000).complaints())
                .singleElement()
                .satisfies(complaint -> assertThat(complaint.wrong()).contains("differ by 3.0 s", "is ahead"));
        assertThat(clock(NOON_MICROS - 2_480_000, 40_000_000).complaints())
                .singleElement()
                .satisfies(complaint -> assertThat(complaint.wrong()).contains("differ by 2.5 s", "is behind"));
        assertThat(clock(NOON_MICROS + 1_000_000, 0).complaints()).isEmpty();
        assertThat(clock(NOON_MICROS + 1_000_001, 0).complaints()).hasSize(1);
        // Two seconds there and back: all of the difference may be the way.
        assertThat(clock(NOON_MICROS + 2_900_000, 2_000_000_000).complaints()).isEmpty();
        assertThat(clock(NOON_MICROS + 20_000, 40_000_000).summary()).contains("± 20.00 ms");
    }

    @Test
    void versionBelowTheOldestSupportedIsAWarning() {
        assertThat(version(130_018, "13.18").complaints())
                .singleElement()
                .satisfies(complaint -> assertThat(complaint.wrong()).contains("13.18", "14 and newer"));
        assertThat(version(140_000, "14.0").complaints()).isEmpty();
        assertThat(version(180_006, "18.6").summary()).contains("PostgreSQL 18.6, supported");
    }

    @Test
    void standbyIsAWarningUnlessReadingIsAllThatIsMeant() {
        var standby = new Rights("app", false, "shop", true, false, "public", false, true, true, false, 0);
        assertThat(rights(standby, false).complaints())
                .singleElement()
                .satisfies(complaint -> assertThat(complaint.wrong()).contains("standby"));
        assertThat(rights(standby, true).complaints()).isEmpty();
    }

    private static StepResult clock(long serverMicros, long roundTripNanos) {
        var findings = new Findings();
        ServerJudge.clock(new Clock(NOON_MICROS, serverMicros, roundTripNanos), findings);
        return findings.result(Step.CLOCK, 1);
    }

    private static StepResult version(int number, String release) {
        var findings = new Findings();
        ServerJudge.version(new Version(number, release, "PostgreSQL " + release + " on Linux"), "driver", findings);
        return findings.result(Step.VERSION, 1);
    }

    private static StepResult rights(Rights rights, boolean readOnly) {
        var findings = new Findings();
        var pool = PoolConfig.builder()
                .jdbcUrl("jdbc:postgresql://localhost/shop")
                .readOnly(readOnly)
                .build();
        ServerJudge.rights(rights, true, pool, false, findings);
        return findings.result(Step.PERMISSIONS, 1);
    }
}
