// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.ErrorRow.Dialect;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.Secret;
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
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what an error is, by SQLSTATE or vendor code and by how far the work had come. Immutable; any thread may call.
 *
 * <p>An error brings others along: its causes and, of a batch, its next ones. All of them are asked in turn, the error
 * itself first, and the first that is known decides. One that names no SQLSTATE is judged by its JDBC class, and as a
 * broken connection when an I/O error caused it. What nobody knows is {@link ErrorKind#NEVER}, but
 * {@link ErrorKind#AMBIGUOUS} once COMMIT was sent.
 */
public final class ErrorJudge {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorJudge.class);
    private static final Judgement UNKNOWN = new Judgement(ErrorKind.NEVER, Meaning.OTHER, ErrorCode.E2007);
    private static final Judgement IN_DOUBT = new Judgement(ErrorKind.AMBIGUOUS, Meaning.OTHER, ErrorCode.E2007);

    private final Dialect dialect;
    private final Map<String, List<ErrorRow>> rows = new HashMap<>();

    private final String database;
    private final List<ErrorClassifier> users;
    private final LogLimiter brokenClassifiers = new LogLimiter(1, TimeUnit.MINUTES.toNanos(1), System::nanoTime);

    private ErrorJudge(Dialect dialect, String database, List<ErrorClassifier> users) {
        this.dialect = dialect;
        this.database = database;
        this.users = users;
        for (var row : ErrorTable.all()) {
            rows.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(row);
        }
    }

    /** A judge for the errors of that URL's driver. */
    public static ErrorJudge forUrl(String jdbcUrl) {
        return new ErrorJudge(Dialect.of(jdbcUrl), "", List.of());
    }

    /** A judge for the errors of that database, which asks its classifiers first. */
    public static ErrorJudge of(DatabaseConfig config) {
        return new ErrorJudge(Dialect.of(config.pool().jdbcUrl()), config.name(), config.errors());
    }

    /** The table of errors, in the order in which rows of one key are asked. */
    public static List<ErrorRow> rows() {
        return ErrorTable.all();
    }

    /**
     * What the error is.
     *
     * @param error what was thrown
     * @param phase how far the work had come
     */
    public Judgement judge(Throwable error, Phase phase) {
        var chain = ErrorChain.of(error);
        for (var next : users.isEmpty() ? List.<SQLException>of() : chain.sqlExceptions()) {
            var known = knownToUsers(next, phase);
            if (known.isPresent()) {
                return known.get();
            }
        }
        for (var next : chain.sqlExceptions()) {
            var found = judgeOne(next, chain.isIo(), phase);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return chain.isIo() && chain.sqlExceptions().isEmpty()
                ? bySqlState("08006", "", phase).orElse(UNKNOWN)
                : unknown(phase);
    }

    private Optional<Judgement> knownToUsers(SQLException error, Phase phase) {
        for (var user : users) {
            try {
                var known = user.classify(error, phase);
                if (known.isPresent()) {
                    return known;
                }
            } catch (RuntimeException e) {
                long heldBack = brokenClassifiers.pass();
                if (heldBack >= 0) {
                    LOG.warn(
                            "error classifier failed pool={} classifier={} cause={}{}",
                            database,
                            user.getClass().getName(),
                            e.getClass().getSimpleName(),
                            heldBack == 0 ? "" : " suppressed=" + heldBack);
                    LOG.debug("error classifier failed pool={}", database, Secret.mask(e));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Judgement> judgeOne(SQLException error, boolean isIo, Phase phase) {
        if (error instanceof AcquireRefusedException refused
                && refused.reason() == RefusalReason.DATABASE_DOWN
                && phase.isBeforeWork()
                && refused.getCause() != null
                && !ErrorChain.of(refused.getCause()).sqlExceptions().isEmpty()) {
            return Optional.of(judge(refused.getCause(), Phase.CONNECT));
        }
        var text = String.valueOf(error.getMessage());
        return byVendorCode(error, text, phase).or(() -> bySqlState(sqlState(error, isIo), text, phase));
    }

    /** The first SQLSTATE in the chain; of a refused acquire that of its cause. Empty when there is none. */
    static String sqlStateOf(Throwable error) {
        var all = ErrorChain.of(error).sqlExceptions();
        var isRefusal = !all.isEmpty() && all.get(0) instanceof AcquireRefusedException;
        var states = all.stream()
                .map(SQLException::getSQLState)
                .filter(state -> state != null && !state.isEmpty())
                .toList();
        if (states.isEmpty()) {
            return "";
        }
        return isRefusal && states.size() > 1 ? states.get(1) : states.get(0);
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
    private static String sqlState(SQLException error, boolean isIo) {
        if (error.getSQLState() != null && !error.getSQLState().isEmpty()) {
            return error.getSQLState();
        }
        if (error instanceof SQLTimeoutException) {
            return "57014";
        }
        if (error instanceof SQLTransientConnectionException
                || error instanceof SQLNonTransientConnectionException
                || error instanceof SQLRecoverableException
                || isIo) {
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
}
