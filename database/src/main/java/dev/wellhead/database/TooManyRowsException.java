// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** At most one row was asked for and there were more. Code {@link ErrorCode#E2017}. */
public final class TooManyRowsException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    TooManyRowsException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
