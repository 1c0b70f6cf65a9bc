// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** No connection to the database could be made. Code {@link ErrorCode#E2003}. */
public final class DatabaseUnreachableException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    DatabaseUnreachableException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
