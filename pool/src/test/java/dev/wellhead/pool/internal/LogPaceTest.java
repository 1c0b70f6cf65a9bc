// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogPaceTest {

    @Test
    void letsOneLineThroughInEachIntervalAndTellsHowManyItHeldBack() {
        var clock = new ManualClock();
        var pace = new LogPace(TimeUnit.SECONDS.toNanos(10), clock::nanos);
        assertThat(pace.pass()).isZero();
        assertThat(pace.pass()).isEqualTo(LogPace.HELD_BACK);
        clock.advance(Duration.ofMillis(9_999));
        assertThat(pace.pass()).isEqualTo(LogPace.HELD_BACK);
        clock.advance(Duration.ofMillis(1));
        assertThat(pace.pass()).isEqualTo(2);
        assertThat(pace.pass()).isEqualTo(LogPace.HELD_BACK);
        clock.advance(Duration.ofMinutes(1));
        assertThat(pace.pass()).isEqualTo(1);
    }

    @Test
    void letsAFewLinesThroughInEachInterval() {
        var clock = new ManualClock();
        var pace = new LogPace(2, TimeUnit.SECONDS.toNanos(10), clock::nanos);
        assertThat(pace.pass()).isZero();
        assertThat(pace.pass()).isZero();
        assertThat(pace.pass()).isEqualTo(LogPace.HELD_BACK);
        clock.advance(Duration.ofSeconds(10));
        assertThat(pace.pass()).isEqualTo(1);
        assertThat(pace.pass()).isZero();
        assertThat(pace.pass()).isEqualTo(LogPace.HELD_BACK);
    }
}
