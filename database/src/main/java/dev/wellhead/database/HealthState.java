// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Instant;

/**
 * What the checks so far have found.
 *
 * @param outcome what the last check found
 * @param judgement what its error means; nothing in particular when there was none
 * @param sqlState the SQLSTATE of its error; empty when there was none
 * @param at when it ended
 * @param strikes failed checks in a row
 * @param wasHealthy whether the database had counted as healthy and has not lost it since
 */
record HealthState(
        Probe.Outcome outcome, Judgement judgement, String sqlState, Instant at, int strikes, boolean wasHealthy) {

    boolean isAnswered() {
        return outcome.isAnswered();
    }
}
