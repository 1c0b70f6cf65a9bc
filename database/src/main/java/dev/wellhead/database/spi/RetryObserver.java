// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.database.Meaning;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told of each call that is tried again; see {@link dev.wellhead.database.Database#addRetryObserver}.
 *
 * <p>Called on the caller's own thread: it must be fast and must not block. What it throws is ignored.
 */
@FunctionalInterface
public interface RetryObserver {

    /**
     * An attempt that failed and is made again.
     *
     * @param database its name
     * @param operation name that the caller gave to the work
     * @param attempt number of the one that follows; 2 for the first retry
     * @param mostAttempts how many there may be
     * @param cause what the failure means
     * @param sqlState of the failure; empty when it has none
     * @param delay pause before the attempt
     */
    record Retry(
            String database,
            String operation,
            int attempt,
            int mostAttempts,
            Meaning cause,
            String sqlState,
            Duration delay) {}

    /** The pause and the attempt after it. */
    @FunctionalInterface
    interface Attempt {

        /**
         * It has ended, on the thread that began it.
         *
         * @param error how it failed, or null
         */
        void ended(@Nullable Throwable error);
    }

    /** The pause before a retry begins. */
    Attempt begins(Retry retry);
}
