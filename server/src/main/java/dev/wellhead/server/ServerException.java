// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import org.jspecify.annotations.Nullable;

/** The HTTP server could not do what was asked; one final subclass per reason. */
public abstract sealed class ServerException extends RuntimeException
        permits PortInUseException, BindFailedException, TlsFilesException {

    private static final long serialVersionUID = 1L;

    ServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
