// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Duration;

/**
 * What is watched of a database's statements.
 *
 * @param mostStatements fingerprints that are kept, 10 or more; about 6 kB each at most
 * @param slowAfter a statement that takes longer is kept on the list of slow ones; zero: none is
 * @param warnAfter one that takes longer, and whose lease has no operation, is logged as well; zero: none is. Work with an
 *     operation is logged by {@link dev.wellhead.database.DatabaseConfig#slowQueryThreshold()}
 */
public record WatchPolicy(int mostStatements, Duration slowAfter, Duration warnAfter) {

    /** 1,000 fingerprints; slow is over 1 s, and logged over 5 s. */
    public static final WatchPolicy DEFAULT = new WatchPolicy(1_000, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private static final int FEWEST = 10;

    /** Refuses too few statements and negative times. */
    public WatchPolicy {
        if (mostStatements < FEWEST) {
            throw new IllegalArgumentException("mostStatements=" + mostStatements + ": must be " + FEWEST
                    + " or more; to keep none, do not watch the database");
        }
        if (slowAfter.isNegative() || warnAfter.isNegative()) {
            throw new IllegalArgumentException("slowAfter=" + slowAfter + " warnAfter=" + warnAfter
                    + ": must not be negative; use 0 to switch it off, or a duration such as 1s");
        }
    }
}
