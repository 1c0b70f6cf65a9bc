// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.Locale;

/** How a step ended. */
public enum Status {
    /** Nothing to complain of. */
    OK,
    /** It works, but probably not as it is meant. */
    WARN,
    /** It does not work. */
    FAIL,
    /** Not tried, because an earlier step failed or the driver cannot tell. */
    SKIPPED;

    /** As JSON spells it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
