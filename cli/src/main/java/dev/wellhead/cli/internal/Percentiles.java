// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.List;

/**
 * Of a few durations. With twenty of them the 99th percentile is the slowest one.
 *
 * @param count how many
 * @param p50Nanos the middle one
 * @param p99Nanos the one that 99 % do not exceed
 */
record Percentiles(int count, long p50Nanos, long p99Nanos) {

    /** Of at least one. */
    static Percentiles of(List<Long> nanos) {
        var sorted = nanos.stream().sorted().toList();
        return new Percentiles(sorted.size(), at(sorted, 0.50), at(sorted, 0.99));
    }

    private static long at(List<Long> sorted, double share) {
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }

    String text() {
        return "p50 " + Findings.millis(p50Nanos) + ", p99 " + Findings.millis(p99Nanos);
    }

    /** Adds the numbers under their names. */
    void addTo(Findings findings) {
        findings.fact("count", count);
        findings.fact("p50Ms", Findings.roundedMillis(p50Nanos));
        findings.fact("p99Ms", Findings.roundedMillis(p99Nanos));
    }
}
