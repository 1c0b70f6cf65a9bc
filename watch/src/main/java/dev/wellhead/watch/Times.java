// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Duration;

/**
 * How times are spread. Percentiles are off by 6 % at most; all are zero where nothing was measured.
 *
 * @param total of all
 * @param mean total by number
 * @param p50 half are not longer
 * @param p95 95 of 100 are not longer
 * @param p99 99 of 100 are not longer
 */
public record Times(Duration total, Duration mean, Duration p50, Duration p95, Duration p99) {

    /** Nothing was measured. */
    public static final Times NONE =
            new Times(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
