// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** The connection broke after work was sent. Code {@link ErrorCode#E2010}. */
public final class ConnectionLostException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    ConnectionLostException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
