// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * How long the calls of one database may take, each kind by itself; zero: no limit. What is over its limit is cancelled
 * on the server, and fails with {@link QueryTimeoutException}. A {@link Deadline} of the caller's stands in place of
 * {@link #call} and {@link #transaction}. Limits of the server ({@code statementTimeout}, {@code
 * idleInTransactionTimeout}) and of the pool ({@code acquireTimeout}, {@code connectTimeout}) count besides.
 *
 * @param call one call outside of a transaction: the wait for a connection, statements, the next attempts and the pauses
 *     between them, and the release. Of a stream: until its first rows are there
 * @param transaction one transaction, as {@code call}; its commit included
 * @param fetch one wait for the next rows of a stream
 * @param commit one commit, and the rollback after a failure
 */
public record TimeLimits(Duration call, Duration transaction, Duration fetch, Duration commit) {

    /** No limit of any kind. */
    public static final TimeLimits NONE = new TimeLimits(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Refuses negative limits. */
    public TimeLimits {
        notNegative("limits.call", call);
        notNegative("limits.transaction", transaction);
        notNegative("limits.fetch", fetch);
        notNegative("limits.commit", commit);
    }

    private static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(
                    key + "=" + value + ": must not be negative; use 0 for no limit, or a duration such as 30s");
        }
    }
}
