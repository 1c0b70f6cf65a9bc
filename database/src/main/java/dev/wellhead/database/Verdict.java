// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** What a health check found. */
public enum Verdict {
    /** The database answers and the pool has room. */
    HEALTHY,
    /** No connection could be made. */
    DATABASE_DOWN,
    /** A connection stands or was begun, but no answer came within the limit. */
    NETWORK_STALL,
    /** The login was refused. */
    AUTHENTICATION,
    /** The server has no database of that name. */
    UNKNOWN_DATABASE,
    /** The server admits no more connections. */
    DATABASE_OVERLOADED,
    /** The database answers, but all connections are active and callers wait. */
    POOL_SATURATED,
    /** The database answers, but callers wait for connections that are held for longer than the leak threshold. */
    LEAK_SUSPECTED,
    /** The database answers, but takes no writes. */
    READ_ONLY,
    /** No check has ended yet. */
    NOT_CHECKED
}
