// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.Secret;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import javax.net.ssl.SSLException;

/** Reads what a failure says, through its causes. */
final class Causes {
    private static final int DEEPEST = 20;

    private Causes() {}

    /** Whether somebody did not answer in time. */
    static boolean isTimeout(Throwable failure) {
        return has(failure, SocketTimeoutException.class) || has(failure, SQLTimeoutException.class);
    }

    /** Whether the encryption failed, or the certificate was refused. */
    static boolean isTls(Throwable failure) {
        return has(failure, SSLException.class)
                || text(failure).contains("hostnameverifier")
                || text(failure).contains("does not support SSL");
    }

    /** Whether what answers does not speak the server's protocol. */
    static boolean isOtherProtocol(SQLException failure) {
        return sqlState(failure).equals("08P01") && !text(failure).contains("parameter");
    }

    /** Says that no PostgreSQL answers. */
    static void complainOfProtocol(String where, SQLException failure, Findings findings) {
        findings.refused(
                "url",
                "what answers at " + where + " does not speak PostgreSQL's protocol: " + text(failure),
                "is it the right port? HTTP servers and other databases answer too; PostgreSQL's is usually 5432");
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            if (type.isInstance(at)) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    /** On one line: what the failure says, and what its deepest cause says when that says more. */
    static String text(Throwable failure) {
        Throwable deepest = failure;
        for (int depth = 0; deepest.getCause() != null && depth < DEEPEST; depth++) {
            deepest = deepest.getCause();
        }
        var first = oneLine(failure);
        var last = oneLine(deepest);
        return deepest == failure || first.contains(last) ? first : first + " (" + last + ")";
    }

    /** The SQLSTATE, empty if there is none. */
    static String sqlState(SQLException failure) {
        var state = failure.getSQLState();
        return state == null ? "" : state;
    }

    private static String oneLine(Throwable failure) {
        var message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : Secret.mask(message).strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
