// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import org.jspecify.annotations.Nullable;

/** Another process, or another server of this one, listens on the port already. */
public final class PortInUseException extends ServerException {

    private static final long serialVersionUID = 1L;

    private final String bind;
    private final int port;

    PortInUseException(String bind, int port, @Nullable Throwable cause) {
        super(
                "The HTTP port is in use: bind=" + bind + " port=" + port
                        + ". Stop what listens there, or choose another port with --port or PORT (0 takes a free one)",
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
