// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the breaker of one database does and has done.
 *
 * @param state what it does with calls
 * @param since when it was opened or closed last; when it was made before the first time
 * @param trouble why calls are refused: the last check's verdict; empty while none are
 * @param retryAfter when a refused call may try again; zero while none are refused
 * @param opened how often it was opened
 * @param refused calls that it refused
 */
public record BreakerReport(
        BreakerState state, Instant since, Optional<Verdict> trouble, Duration retryAfter, long opened, long refused) {

    /** Whether calls are refused at once. */
    public boolean isOpen() {
        return state == BreakerState.OPEN || state == BreakerState.HALF_OPEN;
    }
}
