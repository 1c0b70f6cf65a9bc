// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    @Test
    void standsStillUntilTurnedAndGoesThroughTheOverflow() {
        ManualClock clock = new ManualClock();
        LongSupplier nanos = clock::nanos;
        long start = nanos.getAsLong();
        Instant instant = clock.instant();
        assertThat(nanos.getAsLong()).isEqualTo(start);
        clock.advance(Duration.ofSeconds(5));
        assertThat(nanos.getAsLong() - start).isEqualTo(5_000_000_000L);
        assertThat(nanos.getAsLong()).isNegative();
        assertThat(clock.instant()).isEqualTo(instant.plusSeconds(5));
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
