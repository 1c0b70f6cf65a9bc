// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** How bad an error is for the service. */
public enum Severity {
    /** Worth knowing; the service goes on. */
    WARNING,
    /** A call failed. */
    ERROR,
    /** Calls fail until somebody acts. */
    CRITICAL
}
