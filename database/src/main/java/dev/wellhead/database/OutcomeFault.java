// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLNonTransientException;
import org.jspecify.annotations.Nullable;

/** How a commit ended whose answer was lost; the driver's error is the cause. */
final class OutcomeFault extends SQLNonTransientException {

    /** SQLSTATE of a transaction that was rolled back for certain though its COMMIT was sent. */
    static final String ABORTED = "08W10";

    /** SQLSTATE of a transaction of which nobody can say whether it was committed. */
    static final String UNKNOWN = "08W11";

    private static final long serialVersionUID = 1L;

    private final @Nullable String token;

    private OutcomeFault(String text, String sqlState, @Nullable String token, Throwable cause) {
        super(text, sqlState, cause);
        this.token = token;
    }

    static OutcomeFault aborted(Throwable cause) {
        return new OutcomeFault(
                "The connection was lost after COMMIT was sent; the transaction was rolled back, as was found out since",
                ABORTED,
                null,
                cause);
    }

    static OutcomeFault unknown(@Nullable String token, Throwable cause) {
        return new OutcomeFault(
                "The connection was lost after COMMIT was sent, and nobody can say whether it took effect",
                UNKNOWN,
                token,
                cause);
    }

    /** Where the whole may be run again. */
    static boolean isAborted(Throwable error) {
        return error instanceof OutcomeFault fault && ABORTED.equals(fault.getSQLState());
    }

    @Nullable
    String token() {
        return token;
    }
}
