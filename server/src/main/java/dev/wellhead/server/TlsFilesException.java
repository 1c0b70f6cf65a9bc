// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import org.jspecify.annotations.Nullable;

/** The certificate of the server or its key cannot be used. */
public final class TlsFilesException extends ServerException {

    private static final long serialVersionUID = 1L;

    TlsFilesException(String setting, String file, String why, @Nullable Throwable cause) {
        super(setting + "=" + file + " " + why, cause);
    }
}
