// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.Locale;

/** One thing that is looked at, in the order in which a connection needs them. */
public enum Step {
    /** The names of the hosts and their addresses. */
    NAMES,
    /** A TCP connection to each address. */
    TCP,
    /** What the server offers by way of encryption, and whether that suffices. */
    TLS,
    /** A connection as the pool opens it. */
    LOGIN,
    /** What answers, and which version. */
    VERSION,
    /** How long a statement takes that does nothing. */
    LATENCY,
    /** How far the server's clock is from ours. */
    CLOCK,
    /** What the login may do. */
    PERMISSIONS,
    /** Whether something stands between us and the server. */
    POOLER,
    /** Whether the server admits as many connections as the pools may open. */
    CONNECTIONS;

    /** As people and JSON see it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
