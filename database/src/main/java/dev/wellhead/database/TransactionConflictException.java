// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** Another transaction was in the way; this one was rolled back. Code {@link ErrorCode#E2012}. */
public final class TransactionConflictException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    TransactionConflictException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
