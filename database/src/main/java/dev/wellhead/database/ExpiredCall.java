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

    @Serial
    private static final long serialVersionUID = 1L;

    private final String sql;
    private final Duration limit;

    private ExpiredCall(String text, String state, String sql, Duration limit, @Nullable SQLException cause) {
        super(sql.isEmpty() ? text : text + ": " + sql, state, cause);
        this.sql = sql;
        this.limit = limit;
    }

    /** Over its limit, or over that of the server. */
    static ExpiredCall timeout(Duration limit, String sql, boolean answered, @Nullable SQLException cause) {
        return new ExpiredCall(
                "Query timeout after " + limit.toMillis() + "ms", answered ? CANCELLED : NO_ANSWER, sql, limit, cause);
    }

    /** Cancelled by its own side. */
    static ExpiredCall notWanted(
            String why, Duration elapsed, String sql, boolean answered, @Nullable SQLException cause) {
        return new ExpiredCall(
                "Cancelled after " + elapsed.toMillis() + "ms, because " + why,
                answered ? NOT_WANTED : NOT_WANTED_NO_ANSWER,
                sql,
                elapsed,
                cause);
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
