// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** One row was asked for and there was none. Code {@link ErrorCode#E2016}. */
public final class NoRowException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    NoRowException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
