// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.ErrorRow.Dialect;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.RefusalReason;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says what an error is, by SQLSTATE or vendor code and by how far the work had come. Immutable; any thread may call.
 *
 * <p>An error that names no SQLSTATE is judged by its JDBC class, and as a broken connection when an I/O error caused
 * it. What nobody knows is {@link ErrorKind#NEVER}, but {@link ErrorKind#AMBIGUOUS} once COMMIT was sent.
 */
public final class ErrorJudge {

    private static final int MOST_CAUSES = 16;
    private static final Judgement UNKNOWN = new Judgement(ErrorKind.NEVER, Meaning.OTHER, ErrorCode.E2007);
    private static final Judgement IN_DOUBT = new Judgement(ErrorKind.AMBIGUOUS, Meaning.OTHER, ErrorCode.E2007);

    private final Dialect dialect;
    private final Map<String, List<ErrorRow>> rows = new HashMap<>();

    private ErrorJudge(Dialect dialect) {
        this.dialect = dialect;
        for (var row : ErrorTable.all()) {
            rows.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(row);
        }
    }

    /** A judge for the errors of that URL's driver. */
    public static ErrorJudge forUrl(String jdbcUrl) {
        return new ErrorJudge(Dialect.of(jdbcUrl));
    }

    /**
     * What the error is.
     *
     * @param error what was thrown; the first {@link SQLException} among it and its causes counts
     * @param phase how far the work had come
     */
    public Judgement judge(Throwable error, Phase phase) {
        var found = firstSqlException(error);
        if (found == null) {
            return isIo(error) ? bySqlState("08006", "", phase).orElse(UNKNOWN) : unknown(phase);
        }
        if (found instanceof AcquireRefusedException refused
                && refused.reason() == RefusalReason.DATABASE_DOWN
                && isBefore(phase)
                && refused.getCause() != null
                && firstSqlException(refused.getCause()) != null) {
            return judge(refused.getCause(), Phase.CONNECT);
        }
        var text = String.valueOf(found.getMessage());
        return byVendorCode(found, text, phase)
                .or(() -> bySqlState(sqlState(found), text, phase))
                .orElseGet(() -> unknown(phase));
    }

    /** The SQLSTATE that {@link #judge} goes by; empty when there is none. */
    static String sqlStateOf(Throwable error) {
        var found = firstSqlException(error);
        if (found instanceof AcquireRefusedException && found.getCause() != null) {
            var cause = firstSqlException(found.getCause());
            found = cause == null ? found : cause;
        }
        return found == null || found.getSQLState() == null ? "" : found.getSQLState();
    }

    private Optional<Judgement> byVendorCode(SQLException error, String text, Phase phase) {
        return error.getErrorCode() == 0 ? Optional.empty() : find("#" + error.getErrorCode(), text, phase);
    }

    private Optional<Judgement> bySqlState(String state, String text, Phase phase) {
        return find(state, text, phase)
                .or(() -> state.length() < 2 ? Optional.empty() : find(state.substring(0, 2), text, phase));
    }

    private Optional<Judgement> find(String key, String text, Phase phase) {
        for (var row : rows.getOrDefault(key, List.of())) {
            if (row.holds(dialect, phase, text)) {
                return Optional.of(row.judgement());
            }
        }
        return Optional.empty();
    }

    private static Judgement unknown(Phase phase) {
        return phase == Phase.COMMIT_SENT ? IN_DOUBT : UNKNOWN;
    }

    /** The SQLSTATE, or that of the JDBC class where the driver gave none. */
    private static String sqlState(SQLException error) {
        if (error.getSQLState() != null && !error.getSQLState().isEmpty()) {
            return error.getSQLState();
        }
        if (error instanceof SQLTimeoutException) {
            return "57014";
        }
        if (error instanceof SQLTransientConnectionException
                || error instanceof SQLNonTransientConnectionException
                || error instanceof SQLRecoverableException
                || isIo(error)) {
            return "08006";
        }
        if (error instanceof SQLTransactionRollbackException) {
            return "40000";
        }
        if (error instanceof SQLIntegrityConstraintViolationException) {
            return "23000";
        }
        if (error instanceof SQLInvalidAuthorizationSpecException) {
            return "28000";
        }
        return error instanceof SQLSyntaxErrorException ? "42000" : "";
    }

    private static boolean isBefore(Phase phase) {
        return phase == Phase.CONNECT || phase == Phase.NOT_SENT;
    }

    private static @Nullable SQLException firstSqlException(Throwable error) {
        Throwable next = error;
        for (int i = 0; next != null && i < MOST_CAUSES; i++, next = next.getCause()) {
            if (next instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    private static boolean isIo(Throwable error) {
        Throwable next = error;
        for (int i = 0; next != null && i < MOST_CAUSES; i++, next = next.getCause()) {
            if (next instanceof IOException) {
                return true;
            }
        }
        return false;
    }
}
