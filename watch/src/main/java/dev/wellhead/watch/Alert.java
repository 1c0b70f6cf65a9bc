// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Severity;
import java.time.Instant;
import java.util.Optional;

/**
 * One time that a rule was broken for one database.
 *
 * @param name the rule's
 * @param database whose value it is
 * @param severity how bad it is
 * @param state where it is in its life
 * @param current the value when it was last looked at
 * @param threshold which the value is or was over
 * @param unit of both; empty for a plain number
 * @param summary what it means and what to do
 * @param since when the value was first over the threshold
 * @param firedAt when somebody was told; empty while pending
 * @param resolvedAt when it was over; empty before
 */
public record Alert(
        String name,
        String database,
        Severity severity,
        AlertState state,
        double current,
        double threshold,
        String unit,
        String summary,
        Instant since,
        Optional<Instant> firedAt,
        Optional<Instant> resolvedAt) {}
