// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.Objects;

/**
 * What is done about a commit whose answer was lost.
 *
 * @param mode how its outcome is found
 * @param timeout how long a caller waits for that, from 1 ms to 365 days
 */
public record OutcomePolicy(CommitOutcomeMode mode, Duration timeout) {

    // First, because the constant below is checked against it.
    private static final Duration LONGEST = Duration.ofDays(365);

    /** By table where possible, within 30 s. */
    public static final OutcomePolicy DEFAULT = new OutcomePolicy(CommitOutcomeMode.AUTO, Duration.ofSeconds(30));

    /** Refuses what cannot be waited for, naming the rule. */
    public OutcomePolicy {
        Objects.requireNonNull(mode, "mode");
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("commit-outcome-timeout=" + timeout
                    + ": must be from 1 ms to 365 days; use a duration such as 30s");
        }
    }
}
