// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;

/** A fault that this library found by itself in a result; its text may be shown to the caller. */
final class OwnFault extends SQLNonTransientException {

    /** SQLSTATE of a result that does not fit its type: class 22, data exception. */
    static final String MAPPING = "22W01";

    /** SQLSTATE of a row that is missing: class 02, no data. */
    static final String NO_ROW = "02W01";

    /** SQLSTATE of rows too many: class 21, cardinality violation. */
    static final String TOO_MANY_ROWS = "21W01";

    /** SQLSTATE of a write in a transaction that the caller began read-only: class 25, invalid transaction state. */
    static final String READ_ONLY = "25W02";

    @Serial
    private static final long serialVersionUID = 1L;

    OwnFault(String sqlState, String detail) {
        super(detail, sqlState);
    }

    /**
     * The error of a transaction that the caller began read-only: that it takes no writes is then the caller's doing and
     * says nothing of the database.
     */
    static SQLException ofReadOnly(SQLException error) {
        if (!"25006".equals(error.getSQLState())) {
            return error;
        }
        var fault = new OwnFault(
                READ_ONLY,
                "the transaction takes no writes, because its options say read-only or a stream reads in it; write in"
                        + " another one");
        fault.initCause(error);
        return fault;
    }

    /** What happened, in words that hold no values. */
    String detail() {
        return String.valueOf(getMessage());
    }
}
