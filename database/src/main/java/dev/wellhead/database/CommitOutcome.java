// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** What became of a transaction whose COMMIT was sent. */
public enum CommitOutcome {
    /** The database has committed it. */
    COMMITTED,
    /** The database has rolled it back and will never commit it: it may be run again. */
    ABORTED,
    /** Nobody can say at present. */
    UNKNOWN
}
