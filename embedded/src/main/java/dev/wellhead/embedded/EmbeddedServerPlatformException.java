// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

/** The embedded PostgreSQL cannot run on this machine: no binaries for it, or not as this user. */
public final class EmbeddedServerPlatformException extends EmbeddedServerException {
    private static final long serialVersionUID = 1L;

    EmbeddedServerPlatformException(String message) {
        super(message);
    }

    EmbeddedServerPlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
