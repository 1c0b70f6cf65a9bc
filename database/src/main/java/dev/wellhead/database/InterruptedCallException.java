// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The calling thread was interrupted while it waited. Code {@link ErrorCode#E2006}. */
public final class InterruptedCallException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    InterruptedCallException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
