// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.io.Serial;
import java.sql.SQLException;

/** An error of a database that is not asked over JDBC, for all that goes by {@link SQLException}s; the cause is what was thrown. */
final class ForeignFault extends SQLException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Judgement judgement;

    ForeignFault(String detail, Judgement judgement, Throwable cause) {
        super(detail, "", cause);
        this.judgement = judgement;
    }

    Judgement judgement() {
        return judgement;
    }

    /** What happened, in words that hold no values. */
    String detail() {
        return String.valueOf(getMessage());
    }
}
