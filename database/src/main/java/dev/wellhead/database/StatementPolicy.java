// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * What is kept of the statements of a database where they are watched (module {@code wellhead-watch}; {@code wellhead
 * serve} does).
 *
 * @param enabled whether statements are counted
 * @param max fingerprints that are kept, 10 or more; about 6 kB each at most
 * @param slowAfter a statement that takes longer is kept on the list of slow ones; zero: none is. {@link
 *     DatabaseConfig#slowQueryThreshold()} says which of them are logged
 */
public record StatementPolicy(boolean enabled, int max, Duration slowAfter) {

    /** The fewest fingerprints. */
    public static final int FEWEST = 10;

    /** Counted, 1,000 fingerprints, slow is over 1 s. */
    public static final StatementPolicy DEFAULT = new StatementPolicy(true, 1_000, Duration.ofSeconds(1));

    /** Refuses too few fingerprints and a negative time. */
    public StatementPolicy {
        if (max < FEWEST) {
            throw new IllegalArgumentException("statements.max=" + max + ": must be " + FEWEST
                    + " or more; to keep none, set statements.enabled=false");
        }
        if (slowAfter.isNegative()) {
            throw new IllegalArgumentException("statements.slow-after=" + slowAfter
                    + ": must not be negative; use 0 to keep no list, or a duration such as 1s");
        }
    }
}
