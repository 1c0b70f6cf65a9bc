// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The work returned normally, but its transaction had failed, so there was nothing left to commit. Code {@link ErrorCode#E2013}. */
public final class CommitRefusedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    CommitRefusedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
