// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The server admits no more connections. Code {@link ErrorCode#E2011}. */
public final class DatabaseOverloadedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    DatabaseOverloadedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
