// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** What may be done about an error. */
public enum ErrorKind {
    /** Nothing was executed: the work may be tried again whatever it is. */
    RETRY_ANYWHERE,
    /** All of it was rolled back for certain: the whole transaction may be tried again. */
    RETRY_TRANSACTION,
    /** It may have been executed or not: only who can find out may try again. */
    AMBIGUOUS,
    /** Trying again would fail again. */
    NEVER
}
