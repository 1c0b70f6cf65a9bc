// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** A statement reached its time limit. Code {@link ErrorCode#E2002}. */
public final class QueryTimeoutException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    QueryTimeoutException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
