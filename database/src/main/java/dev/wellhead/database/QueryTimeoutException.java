// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A statement reached its time limit. Code {@link ErrorCode#E2002}. */
public final class QueryTimeoutException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    private final String sql;
    private final Duration limit;

    QueryTimeoutException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
        var expired = cause instanceof ExpiredCall one ? one : null;
        this.sql = expired == null ? "" : expired.sql();
        this.limit = expired == null ? call.elapsed() : expired.limit();
    }

    /**
     * The first 100 characters of the statement that ran, with its literals hidden, so that it is the same for all that
     * differ in them alone; empty when none ran, or the pool notes no leases.
     */
    public String sql() {
        return sql;
    }

    /** The limit that was over; where the server went by one of its own, how long the statement took. */
    public Duration limit() {
        return limit;
    }
}
