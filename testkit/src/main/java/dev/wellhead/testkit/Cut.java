// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

/** How a {@link FaultProxy} ends a connection; both sides see it. */
public enum Cut {
    /** RST to both sides. */
    RESET,
    /** FIN to both sides; what was forwarded before still arrives. */
    CLOSE,
    /** The sockets stay open, and nothing arrives any more, in neither direction. */
    BLACK_HOLE
}
