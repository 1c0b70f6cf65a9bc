// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Severity;
import java.time.Duration;

/**
 * When somebody is told: a value that stays over a threshold for a while. It counts as over until it has stayed at or
 * below the lower threshold for a while again, so that a value that flaps tells once.
 *
 * @param name constant, such as {@code HIGH_POOL_USAGE}
 * @param severity how bad it is
 * @param threshold the value must be greater
 * @param clearAt it must be at most this to be over; not greater than {@code threshold}
 * @param hold how long it must be over the threshold; zero: at the first look
 * @param clearHold how long it must be at or below {@code clearAt}
 * @param unit of the value; empty for a plain number
 * @param summary what it means and what to do, in one or two sentences
 */
public record AlertRule(
        String name,
        Severity severity,
        double threshold,
        double clearAt,
        Duration hold,
        Duration clearHold,
        String unit,
        String summary) {

    /** Refuses thresholds in the wrong order and negative times. */
    public AlertRule {
        if (!(clearAt <= threshold)) {
            throw new IllegalArgumentException(
                    name + ": clearAt=" + clearAt + " must not be greater than threshold=" + threshold);
        }
        if (hold.isNegative() || clearHold.isNegative()) {
            throw new IllegalArgumentException(
                    name + ": hold=" + hold + " clearHold=" + clearHold + ": must not be negative; use 0 for at once");
        }
    }

    /** The same with another threshold; the lower one keeps its share of it. */
    public AlertRule withThreshold(double other) {
        double share = threshold == 0 ? 0 : clearAt / threshold;
        return new AlertRule(name, severity, other, Math.min(other, other * share), hold, clearHold, unit, summary);
    }

    /** The same with another time that it must be over the threshold. */
    public AlertRule withHold(Duration other) {
        return new AlertRule(name, severity, threshold, clearAt, other, clearHold, unit, summary);
    }
}
