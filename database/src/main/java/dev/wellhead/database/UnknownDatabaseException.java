// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The server has no database of that name. Code {@link ErrorCode#E2009}. */
public final class UnknownDatabaseException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    UnknownDatabaseException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
