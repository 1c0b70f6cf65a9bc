// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/**
 * What {@link Database#transaction} does when a transaction of the same database is open on the thread already. Where
 * none is open, all three begin one.
 */
public enum Propagation {
    /** Throws {@link IllegalStateException}, with both operations: nobody joins or nests unawares. The default. */
    REFUSE,
    /**
     * Runs as a part of the open transaction: commits with it or not at all. If the part throws, the whole can only be
     * rolled back, also when its caller catches the error.
     */
    JOIN,
    /**
     * Begins another transaction over a connection of its own, which commits by itself whatever becomes of the open one.
     * It does not see what the open one wrote, waits for its locks (for ever: the open one cannot go on meanwhile), and
     * needs a second connection of the pool.
     */
    NEW
}
