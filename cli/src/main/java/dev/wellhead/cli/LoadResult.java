// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.LatencyRecorder.Latencies;
import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import java.util.Map;

/**
 * What a load run saw.
 *
 * @param queries calls made, answered or failed
 * @param errorsByKind calls that failed, each counted once, by code and meaning
 * @param elapsed from the first call to the last answer
 * @param latencies of the calls that were answered
 * @param pool the pool right after the run
 * @param meanUtilizationPercent active connections against the most allowed, mean over the run
 * @param peakUtilizationPercent the highest seen
 */
record LoadResult(
        long queries,
        Map<String, Long> errorsByKind,
        Duration elapsed,
        Latencies latencies,
        PoolSnapshot pool,
        double meanUtilizationPercent,
        double peakUtilizationPercent) {

    long errors() {
        return errorsByKind.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Answered calls a second. */
    double queriesPerSecond() {
        double seconds = elapsed.toNanos() / 1e9;
        return seconds == 0 ? 0 : (queries - errors()) / seconds;
    }
}
