// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The breaker refused the call at once; nothing was sent. Code {@link ErrorCode#E2019}. */
public final class BreakerOpenException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    BreakerOpenException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }

    /** After how long it is worth trying again: one second. The breaker closes as soon as the database answers. */
    public Duration retryAfter() {
        return Breaker.RETRY_AFTER;
    }
}
