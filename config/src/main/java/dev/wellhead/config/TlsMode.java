// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Locale;

/** How a connection is encrypted; all but {@link #AUTO} are the driver's own words. */
enum TlsMode {
    AUTO,
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    /** What is meant for a database at such an address. */
    TlsMode at(boolean loopback) {
        return this == AUTO ? (loopback ? PREFER : VERIFY_FULL) : this;
    }

    /** Whether the server's certificate is checked. */
    boolean isVerified() {
        return this == VERIFY_CA || this == VERIFY_FULL;
    }

    /** As URLs and drivers spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
