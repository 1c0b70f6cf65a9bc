// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.util.Set;

/** What an error says of its physical connection. */
final class FatalErrors {

    /** The verdict. */
    enum Verdict {
        /** The connection can go on. */
        FINE,
        /** The connection must not be used again. */
        BROKEN,
        /** The server accepts no writes from anybody: it is not the primary, or not any more. */
        SERVER_READ_ONLY,
        /** A write was refused in a read-only transaction, whoever made it so. */
        PERHAPS_READ_ONLY
    }

    /** Administrator shutdown, crash shutdown, cannot connect now, idle session timeout; JDBC's "link lost" forms. */
    private static final Set<String> STATES = Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "JZ0C0");

    /** A write in a read-only transaction. */
    private static final String READ_ONLY_TRANSACTION = "25006";
    /** MySQL: a read-only transaction of the session itself comes with 25006 too. */
    private static final int MYSQL_READ_ONLY_TRANSACTION = 1792;
    /** MySQL: an option prevents the statement, such as --read-only, but others too. */
    private static final int MYSQL_OPTION_PREVENTS = 1290;
    /** MySQL: the server runs in read-only mode. */
    private static final int MYSQL_READ_ONLY_MODE = 1836;

    private static final String GENERAL_ERROR = "HY000";
    private static final int MOST_LINKED = 8;

    private FatalErrors() {}

    /** Whether the connection must not be used again. */
    static boolean isFatal(SQLException error, DriverSupport driver) {
        return judge(error, driver) == Verdict.BROKEN;
    }

    static Verdict judge(SQLException error, DriverSupport driver) {
        var verdict = Verdict.FINE;
        var next = error;
        for (int i = 0; next != null && i < MOST_LINKED; i++, next = next.getNextException()) {
            if (speaksAgainst(next) || driver.isFatal(next)) {
                return Verdict.BROKEN;
            }
            if (verdict == Verdict.FINE) {
                verdict = readOnly(next);
            }
        }
        return verdict;
    }

    private static Verdict readOnly(SQLException error) {
        var state = error.getSQLState();
        int code = error.getErrorCode();
        if (READ_ONLY_TRANSACTION.equals(state)) {
            return code == MYSQL_READ_ONLY_TRANSACTION ? Verdict.FINE : Verdict.PERHAPS_READ_ONLY;
        }
        if (!GENERAL_ERROR.equals(state)) {
            return Verdict.FINE;
        }
        boolean serverSaysSo = code == MYSQL_READ_ONLY_MODE || (code == MYSQL_OPTION_PREVENTS && namesReadOnly(error));
        return serverSaysSo ? Verdict.SERVER_READ_ONLY : Verdict.FINE;
    }

    /** "The MySQL server is running with the --read-only option so it cannot execute this statement", not another. */
    private static boolean namesReadOnly(SQLException error) {
        var text = String.valueOf(error.getMessage());
        return !text.contains("--") || text.contains("read-only") || text.contains("read_only");
    }

    private static boolean speaksAgainst(SQLException error) {
        var state = error.getSQLState();
        return error instanceof SQLRecoverableException
                || error instanceof SQLNonTransientConnectionException
                || (state != null && (state.startsWith("08") || STATES.contains(state)));
    }
}
