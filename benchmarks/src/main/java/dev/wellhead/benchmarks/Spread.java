// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.Arrays;

/**
 * What rounds came to. Without any number all are NaN.
 *
 * @param median of two in the middle their mean
 * @param lowest of all
 * @param highest of all
 */
record Spread(double median, double lowest, double highest) {

    static Spread of(double... values) {
        var sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Such as {@code 2.36 (2.31 to 2.61)}; without brackets where all look the same, a dash where there is none. */
    String text(String format) {
        if (Double.isNaN(median)) {
            return "-";
        }
        var middle = format.formatted(median);
        var low = format.formatted(lowest);
        var high = format.formatted(highest);
        return low.equals(high) ? middle : "%s (%s to %s)".formatted(middle, low, high);
    }
}
