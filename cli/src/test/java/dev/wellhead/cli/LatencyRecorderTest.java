// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyRecorderTest {

    @Test
    void percentilesAreExactToAThousandth() {
        var recorder = new LatencyRecorder();
        for (int millis = 1; millis <= 1000; millis++) {
            recorder.record(Duration.ofMillis(millis).toNanos());
        }
        var latencies = recorder.summary();
        assertThat(latencies.mean()).isCloseTo(500.5, within(0.6));
        assertThat(latencies.p50()).isCloseTo(500, within(0.6));
        assertThat(latencies.p95()).isCloseTo(950, within(1.0));
        assertThat(latencies.p99()).isCloseTo(990, within(1.0));
        assertThat(latencies.max()).isCloseTo(1000, within(1.1));
    }

    @Test
    void nothingRecordedIsZeroAndAbsurdValuesFit() {
        var recorder = new LatencyRecorder();
        assertThat(recorder.summary().max()).isZero();
        recorder.record(-1);
        recorder.record(Long.MAX_VALUE);
        assertThat(recorder.summary().max()).isCloseTo(3_600_000, within(4_000.0));
    }
}
