// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

/** The server did not start or stop; the text holds the last lines of its log. */
public final class EmbeddedServerStartException extends EmbeddedServerException {
    private static final long serialVersionUID = 1L;

    EmbeddedServerStartException(String message) {
        super(message);
    }

    EmbeddedServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
