// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import org.jspecify.annotations.Nullable;

/** The address cannot be listened on: it is unknown, not of this machine, or the port needs more rights. */
public final class BindFailedException extends ServerException {

    private static final long serialVersionUID = 1L;

    private final String bind;
    private final int port;

    BindFailedException(String bind, int port, String why, @Nullable Throwable cause) {
        super(
                "The HTTP server cannot listen: bind=" + bind + " port=" + port + ": " + why
                        + ". Give an address of this machine with --bind (127.0.0.1 for this machine only, 0.0.0.0 for"
                        + " all) and a port above 1023 with --port or PORT",
                cause);
        this.bind = bind;
        this.port = port;
    }

    /** The address asked for. */
    public String bind() {
        return bind;
    }

    /** The port asked for. */
    public int port() {
        return port;
    }
}
