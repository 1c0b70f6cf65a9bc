// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.database.Severity;
import java.time.Duration;

/**
 * When somebody is told of one of a part's {@linkplain HealthPart#readings readings}: it fires when the number has stayed
 * over the threshold for the hold time, and is over when it has been at or below {@code clearAt} for half a minute. While
 * the part is out, it stays as it is.
 *
 * @param name constant, such as {@code CACHE_NEARLY_FULL}: a capital, then at most 63 of capitals, digits and {@code _}
 * @param reading the name of the number
 * @param severity how bad it is
 * @param threshold the number must be greater
 * @param clearAt it must be at most this to be over; not greater than {@code threshold}
 * @param hold how long it must be over the threshold; zero: at the first look
 * @param unit of the number; empty for a plain one
 * @param summary what it means and what to do, in one or two sentences
 */
public record PartAlert(
        String name,
        String reading,
        Severity severity,
        double threshold,
        double clearAt,
        Duration hold,
        String unit,
        String summary) {

    /** Every part has it: it fires while the part is out. */
    public static final String UNHEALTHY = "PART_UNHEALTHY";

    /** Refuses what nobody could read, thresholds in the wrong order and a negative time. */
    public PartAlert {
        if (!name.matches("[A-Z][A-Z0-9_]{0,63}") || name.equals(UNHEALTHY)) {
            throw new IllegalArgumentException(
                    "name of an alert: must be capitals, digits and '_', 1 to 64 of them, and not " + UNHEALTHY
                            + ", which every part has; use a name such as CACHE_NEARLY_FULL");
        }
        if (!(clearAt <= threshold)) {
            throw new IllegalArgumentException(name + ": clearAt=" + clearAt + " must not be greater than threshold="
                    + threshold + "; use the same for both, or a lower one");
        }
        if (hold.isNegative()) {
            throw new IllegalArgumentException(name + ": hold=" + hold + ": must not be negative; use 0 for at once");
        }
    }
}
