// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** Who says a value; the earlier wins. */
enum Layer {
    PROVIDED,
    FLAG,
    ENVIRONMENT,
    DOTENV,
    FILE,
    /** A connection string, of what it says besides where the thing is. */
    LOCATOR,
    SIZING,
    PROFILE;

    /** Whether a person or program said it, as opposed to a table of ours. */
    boolean isExplicit() {
        return compareTo(LOCATOR) <= 0;
    }
}
