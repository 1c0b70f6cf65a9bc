// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Severity;

/** How much an event of the desk matters. */
public enum EventLevel {
    /** As it should be. */
    INFO,
    /** Worth a look. */
    WARNING,
    /** Calls fail. */
    ERROR,
    /** Calls fail until somebody acts. */
    CRITICAL;

    /** The level of an alert of that severity. */
    static EventLevel of(Severity severity) {
        return switch (severity) {
            case WARNING -> WARNING;
            case ERROR -> ERROR;
            case CRITICAL -> CRITICAL;
        };
    }
}
