// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a {@link dev.wellhead.database.spi.HealthPart} is, as last checked.
 *
 * @param name the part's
 * @param healthy whether the last check found it working; false before the first has ended
 * @param checkedAt when that check ended, or when its limit was reached; before the first, when watching began
 * @param latency how long it took; zero before the first
 * @param error what was wrong, secrets masked; empty while it is healthy
 * @param readings its numbers, by name; none while it is not healthy
 */
public record PartReport(
        String name,
        boolean healthy,
        Instant checkedAt,
        Duration latency,
        Optional<String> error,
        SortedMap<String, Double> readings) {

    /** Copies the readings. */
    public PartReport {
        readings = Collections.unmodifiableSortedMap(new TreeMap<>(readings));
    }

    /** Whether a check has ended, or its limit was reached. */
    public boolean isChecked() {
        return !latency.isZero();
    }
}
