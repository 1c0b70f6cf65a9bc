// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** How the outcome of a transaction is found when its connection breaks after COMMIT was sent. */
public enum CommitOutcomeMode {
    /**
     * On PostgreSQL and MySQL's kin {@link #TABLE}, where the table exists or may be created; else {@link #XID} on
     * PostgreSQL; else {@link #OFF}.
     */
    AUTO,
    /** By a row in the table {@code wellhead_outcome}, written with the transaction. */
    TABLE,
    /** By the transaction's number (PostgreSQL alone): one round trip more, and no answer after a crash of the server. */
    XID,
    /** Not at all: what is in doubt is thrown as {@link CommitOutcomeUnknownException}. */
    OFF
}
