// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call that was ended before it had come to its own end; its text and its SQL may be shown to the caller. */
final class ExpiredCall extends SQLTimeoutException {

    /** SQLSTATE of a statement that the server has cancelled: class 57, operator intervention. */
    static final String CANCELLED = "57014";

    /** SQLSTATE of a limit that was over without an answer of the server. */
    static final String NO_ANSWER = "57W01";

    /** SQLSTATE of a call that was cancelled for want of somebody who waits for it. */
    static final String NOT_WANTED = "57W02";

    /** As {@link #NOT_WANTED}, without an answer of the server. */
    static final String NOT_WANTED_NO_ANSWER = "57W03";

    /** SQLSTATE of a limit that was over in COMMIT, after which the transaction was found to be rolled back. */
    static final String ROLLED_BACK = "57W04";

    /** As {@link #ROLLED_BACK}, of a call for which nobody waits. */
    static final String NOT_WANTED_ROLLED_BACK = "57W05";

    @Serial
    private static final long serialVersionUID = 1L;

    private final String sql;
    private final Duration limit;

    private ExpiredCall(String text, String state, String sql, Duration limit, @Nullable SQLException cause) {
        super(text, state, cause);
        this.sql = sql;
        this.limit = limit;
    }

    /** Over its limit, or over that of the server. */
    static ExpiredCall timeout(Duration limit, String sql, boolean answered, @Nullable SQLException cause) {
        return new ExpiredCall(
                withSql("Query timeout after " + limit.toMillis() + "ms", sql),
                answered ? CANCELLED : NO_ANSWER,
                sql,
                limit,
                cause);
    }

    /** Cancelled by its own side. */
    static ExpiredCall notWanted(
            String why, Duration elapsed, String sql, boolean answered, @Nullable SQLException cause) {
        return new ExpiredCall(
                withSql("Cancelled after " + elapsed.toMillis() + "ms, because " + why, sql),
                answered ? NOT_WANTED : NOT_WANTED_NO_ANSWER,
                sql,
                elapsed,
                cause);
    }

    private static String withSql(String text, String sql) {
        return sql.isEmpty() ? text : text + ": " + sql;
    }

    /** The same, of which was found out since that its transaction was rolled back. */
    ExpiredCall rolledBack() {
        boolean isTimeout = NO_ANSWER.equals(getSQLState()) || CANCELLED.equals(getSQLState());
        return new ExpiredCall(
                String.valueOf(getMessage()), isTimeout ? ROLLED_BACK : NOT_WANTED_ROLLED_BACK, sql, limit, this);
    }

    /** What happened, with the beginning of the statement. */
    String detail() {
        return String.valueOf(getMessage());
    }

    String sql() {
        return sql;
    }

    Duration limit() {
        return limit;
    }
}
