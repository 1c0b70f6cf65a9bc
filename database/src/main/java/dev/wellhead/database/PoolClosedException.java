// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The pool is closed or draining. Code {@link ErrorCode#E2005}. */
public final class PoolClosedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    PoolClosedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
