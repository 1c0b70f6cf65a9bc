// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import org.jspecify.annotations.Nullable;

/** A result and the type it was asked as do not agree; the text names both sides. Code {@link ErrorCode#E2015}. */
public final class ResultMappingException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    ResultMappingException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
    }
}
