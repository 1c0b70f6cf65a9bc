// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies of many threads in bounded memory, exact to 0.1 %. Longer than an hour counts as an hour.
 *
 * <p>{@link #record} may be called from any thread and does not wait; {@link #summary} is for the end.
 */
final class LatencyRecorder {
    private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Recorder recorder = new Recorder(LONGEST_NANOS, SIGNIFICANT_DIGITS);

    void record(long nanos) {
        recorder.recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
    }

    /** Everything recorded since the last summary. */
    Latencies summary() {
        Histogram all = recorder.getIntervalHistogram();
        if (all.getTotalCount() == 0) {
            return new Latencies(0, 0, 0, 0, 0);
        }
        return new Latencies(
                millis(all.getMean()), percentile(all, 50), percentile(all, 95), percentile(all, 99), millis((double)
                        all.getMaxValue()));
    }

    private static double percentile(Histogram all, double percentile) {
        return millis((double) all.getValueAtPercentile(percentile));
    }

    // Three decimals: microseconds.
    private static double millis(double nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }

    /** In milliseconds; all zero when nothing was recorded. */
    record Latencies(double mean, double p50, double p95, double p99, double max) {}
}
