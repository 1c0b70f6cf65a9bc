// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The pool was paused by an operator. Code {@link ErrorCode#E2004}. */
public final class PoolPausedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    PoolPausedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
