// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** What a breaker does with calls. */
public enum BreakerState {
    /** Switched off, or without the health checks that it needs. */
    OFF,
    /** Calls go to the database. */
    CLOSED,
    /** Calls are refused at once. */
    OPEN,
    /** Calls are refused at once while a check over the control connection is under way. */
    HALF_OPEN
}
