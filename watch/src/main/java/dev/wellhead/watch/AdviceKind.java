// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

/** What an {@link Advice} is about. */
public enum AdviceKind {
    /** More connections, or fewer. */
    POOL_SIZE,
    /** How long a statement may take. */
    STATEMENT_TIMEOUT,
    /** How long a caller may wait for a connection. */
    ACQUIRE_TIMEOUT,
    /** A statement that may lack an index. */
    MISSING_INDEX,
    /** A transaction that stays open while nothing runs in it. */
    IDLE_IN_TRANSACTION,
    /** Work that holds connections without using them. */
    HELD_WITHOUT_SQL,
    /** Connections that are open and used by nobody. */
    UNUSED_CONNECTIONS,
    /** Who takes the database's time. */
    DATABASE_TIME
}
