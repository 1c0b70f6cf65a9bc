// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The database refused a statement for what it says or for its data. Code {@link ErrorCode#E2007}. */
public final class StatementFailedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    StatementFailedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
