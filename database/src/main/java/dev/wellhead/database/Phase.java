// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** How far work had come when it failed. The same error is safe to try again in one phase and a double write in another. */
public enum Phase {
    /** A physical connection was being opened. */
    CONNECT,
    /** Nothing of the work was sent. */
    NOT_SENT,
    /** Inside of a transaction whose COMMIT was not sent. */
    IN_TRANSACTION,
    /** COMMIT was sent and not answered. */
    COMMIT_SENT,
    /** A statement that commits by itself may have been sent. */
    AUTOCOMMIT_SENT;

    /** Whether nothing of the work can have been sent. */
    boolean isBeforeWork() {
        return this == CONNECT || this == NOT_SENT;
    }
}
