// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/** What an SQL text does, as far as its words show for certain. */
public enum StatementKind {
    /**
     * One statement that only reads: a {@code SELECT}, {@code VALUES}, {@code TABLE} or {@code WITH} that locks nothing,
     * writes nothing, and calls no functions but well-known ones that change nothing.
     */
    READ,
    /** One statement on rows that is done whole or not at all; it may write. */
    WRITE,
    /** Anything else: several statements, calls of procedures, changes of the schema or the session, text not understood. */
    OTHER
}
