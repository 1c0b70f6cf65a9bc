// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The server takes no writes. Code {@link ErrorCode#E2014}. */
public final class ReadOnlyDatabaseException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    ReadOnlyDatabaseException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
