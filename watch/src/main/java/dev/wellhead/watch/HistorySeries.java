// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

/** What is kept of a database over time. */
public enum HistorySeries {
    /** Connections held by callers. */
    ACTIVE(true),
    /** Connections ready to be handed out. */
    IDLE(true),
    /** Callers in line. */
    WAITING(true),
    /** Open connections. */
    TOTAL(true),
    /** The limit of open connections. */
    LIMIT(true),
    /** Of the acquires of that time, the milliseconds that 99 % did not wait longer than; none where nobody acquired. */
    ACQUIRE_P99_MS(true),
    /** Acquires a second. */
    ACQUIRES(false),
    /** Calls of {@link dev.wellhead.database.Database} that ended, a second. */
    CALLS(false),
    /** Statements a second, whoever sends them; none where they are not counted. */
    STATEMENTS(false),
    /** Statements that failed, or calls where statements are not counted, and acquires refused, a second. */
    ERRORS(false),
    /** Milliseconds that the database worked, a second; none where statements are not counted. */
    DATABASE_MS(false);

    private final boolean isPeak;

    HistorySeries(boolean isPeak) {
        this.isPeak = isPeak;
    }

    /** Whether ten seconds are shown by their largest value, else by their mean. */
    boolean isPeak() {
        return isPeak;
    }
}
