// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.util.Set;

/** Whether an error means that its physical connection must not be used again. */
final class FatalErrors {

    /** Administrator shutdown, crash shutdown, cannot connect now, idle session timeout; JDBC's "link lost" forms. */
    private static final Set<String> STATES = Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "JZ0C0");

    private static final int MOST_LINKED = 8;

    private FatalErrors() {}

    static boolean isFatal(SQLException error, DriverSupport driver) {
        var next = error;
        for (int i = 0; next != null && i < MOST_LINKED; i++, next = next.getNextException()) {
            if (speaksAgainst(next) || driver.isFatal(next)) {
                return true;
            }
        }
        return false;
    }

    private static boolean speaksAgainst(SQLException error) {
        var state = error.getSQLState();
        return error instanceof SQLRecoverableException
                || error instanceof SQLNonTransientConnectionException
                || (state != null && (state.startsWith("08") || STATES.contains(state)));
    }
}
