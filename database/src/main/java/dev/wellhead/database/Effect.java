// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.sql.StatementKind;

/** What a failed attempt of some work may have left behind, and so when the work may be run again. */
enum Effect {
    /** Several things that each took effect by themselves: only what was never sent may be run again. */
    UNKNOWN,
    /** All or nothing, as a transaction or one statement: also what was rolled back for certain. */
    ATOMIC,
    /** Nothing, or twice is as good as once: also what may have been executed. */
    NONE;

    /** That of a query. */
    static Effect ofQuery(StatementKind kind) {
        return kind == StatementKind.READ ? NONE : ofUpdate(kind);
    }

    /** That of a statement that writes in auto-commit, whatever its text looks like. */
    static Effect ofUpdate(StatementKind kind) {
        return kind == StatementKind.OTHER ? UNKNOWN : ATOMIC;
    }

    /** Whether work with that error in that phase may be run again as far as its effect goes. */
    boolean allows(ErrorKind kind, Phase phase) {
        return switch (kind) {
            case RETRY_ANYWHERE -> this != UNKNOWN || phase.isBeforeWork();
            case RETRY_TRANSACTION -> this != UNKNOWN;
            case AMBIGUOUS -> this == NONE;
            case NEVER -> false;
        };
    }
}
