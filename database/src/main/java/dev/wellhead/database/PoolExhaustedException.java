// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** No connection became free in time. Code {@link ErrorCode#E2001}. */
public final class PoolExhaustedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    PoolExhaustedException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
