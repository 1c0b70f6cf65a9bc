// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.util.List;

/**
 * What is known of the statements of one database since they are watched.
 *
 * @param statements by fingerprint, most time of the database first
 * @param dropped fingerprints that were given up for others, the least used first
 * @param droppedCalls calls that were counted for these
 * @param slow the last slow ones, newest first
 * @param held by operation or place, most time held without SQL first
 */
public record StatementReport(
        List<StatementStats> statements,
        long dropped,
        long droppedCalls,
        List<SlowStatement> slow,
        List<HeldStats> held) {

    /** Copies the lists. */
    public StatementReport {
        statements = List.copyOf(statements);
        slow = List.copyOf(slow);
        held = List.copyOf(held);
    }
}
