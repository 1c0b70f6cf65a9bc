// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The database refused the login. Code {@link ErrorCode#E2008}. */
public final class AuthenticationFailedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    AuthenticationFailedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
