// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import static dev.wellhead.database.ErrorCode.E2001;
import static dev.wellhead.database.ErrorCode.E2002;
import static dev.wellhead.database.ErrorCode.E2003;
import static dev.wellhead.database.ErrorCode.E2006;
import static dev.wellhead.database.ErrorCode.E2007;
import static dev.wellhead.database.ErrorCode.E2008;
import static dev.wellhead.database.ErrorCode.E2010;
import static dev.wellhead.database.ErrorCode.E2011;
import static dev.wellhead.database.ErrorCode.E2012;
import static dev.wellhead.database.ErrorCode.E2014;
import static dev.wellhead.database.ErrorCode.E2018;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteError;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.ErrorKind;
import dev.wellhead.database.Judgement;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.Phase;
import dev.wellhead.database.Supervision.Fault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an exception of the driver says, by its class, the server's code and how far the work had come.
 *
 * <p>Codes are those of the server's {@code error_codes.yml}; which of them say that nothing was done, and which that
 * nobody knows, is from the specifications "Retryable Writes" and "Server Discovery and Monitoring" of MongoDB's drivers.
 */
public final class MongoErrors {

    /**
     * What a code of the server says.
     *
     * @param code of the server
     * @param name of the code
     * @param lost whether it tells of a server that leaves: nobody knows whether the work was done, as when a connection
     *     is lost
     */
    public record Row(int code, String name, ErrorKind kind, Meaning meaning, ErrorCode error, boolean lost) {

        private static Row of(int code, String name, ErrorKind kind, Meaning meaning, ErrorCode error) {
            return new Row(code, name, kind, meaning, error, false);
        }

        private static Row lost(int code, String name) {
            return new Row(code, name, ErrorKind.AMBIGUOUS, Meaning.CONNECTION_LOST, E2010, true);
        }
    }

    /** The table. */
    public static final List<Row> ROWS = List.of(
            Row.of(18, "AuthenticationFailed", ErrorKind.NEVER, Meaning.AUTHENTICATION, E2008),
            Row.of(13, "Unauthorized", ErrorKind.NEVER, Meaning.PERMISSION, E2007),
            Row.of(10107, "NotWritablePrimary", ErrorKind.RETRY_ANYWHERE, Meaning.READ_ONLY, E2014),
            Row.of(13435, "NotPrimaryNoSecondaryOk", ErrorKind.RETRY_ANYWHERE, Meaning.READ_ONLY, E2014),
            Row.of(10058, "LegacyNotPrimary", ErrorKind.RETRY_ANYWHERE, Meaning.READ_ONLY, E2014),
            Row.lost(91, "ShutdownInProgress"),
            Row.lost(189, "PrimarySteppedDown"),
            Row.lost(11600, "InterruptedAtShutdown"),
            Row.lost(11602, "InterruptedDueToReplStateChange"),
            Row.lost(13436, "NotPrimaryOrSecondary"),
            Row.lost(134, "ReadConcernMajorityNotAvailableYet"),
            Row.lost(6, "HostUnreachable"),
            Row.lost(7, "HostNotFound"),
            Row.lost(89, "NetworkTimeout"),
            Row.lost(9001, "SocketException"),
            Row.of(112, "WriteConflict", ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012),
            Row.of(24, "LockTimeout", ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012),
            Row.of(46, "LockBusy", ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012),
            Row.of(246, "SnapshotUnavailable", ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012),
            Row.of(251, "NoSuchTransaction", ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012),
            Row.of(50, "MaxTimeMSExpired", ErrorKind.NEVER, Meaning.TIMEOUT, E2002),
            Row.of(262, "ExceededTimeLimit", ErrorKind.NEVER, Meaning.TIMEOUT, E2002),
            Row.of(11601, "Interrupted", ErrorKind.NEVER, Meaning.CANCELLED, E2002),
            Row.of(43, "CursorNotFound", ErrorKind.AMBIGUOUS, Meaning.OTHER, E2007),
            Row.of(11000, "DuplicateKey", ErrorKind.NEVER, Meaning.CONSTRAINT, E2007),
            Row.of(11001, "DuplicateKey", ErrorKind.NEVER, Meaning.CONSTRAINT, E2007),
            Row.of(121, "DocumentValidationFailure", ErrorKind.NEVER, Meaning.CONSTRAINT, E2007),
            Row.of(2, "BadValue", ErrorKind.NEVER, Meaning.SYNTAX, E2007),
            Row.of(9, "FailedToParse", ErrorKind.NEVER, Meaning.SYNTAX, E2007),
            Row.of(14, "TypeMismatch", ErrorKind.NEVER, Meaning.SYNTAX, E2007),
            Row.of(59, "CommandNotFound", ErrorKind.NEVER, Meaning.SYNTAX, E2007),
            Row.of(146, "ExceededMemoryLimit", ErrorKind.NEVER, Meaning.RESOURCE, E2007),
            Row.of(14031, "OutOfDiskSpace", ErrorKind.NEVER, Meaning.RESOURCE, E2007),
            Row.of(462, "IngressRequestRateLimitExceeded", ErrorKind.RETRY_ANYWHERE, Meaning.OVERLOADED, E2011));

    private static final Map<Integer, Row> BY_CODE = new HashMap<>();

    static {
        ROWS.forEach(row -> BY_CODE.put(row.code(), row));
    }

    private MongoErrors() {}

    /**
     * What it says; empty where it is none of MongoDB's.
     *
     * @param statement what ran last, without values
     */
    public static Optional<Fault> judge(RuntimeException error, Phase phase, String statement) {
        if (error instanceof CommitFault commit) {
            return Optional.of(new Fault(
                    commit.isAborted()
                            ? new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.CONNECTION_LOST, E2010)
                            : new Judgement(ErrorKind.AMBIGUOUS, Meaning.CONNECTION_LOST, E2018),
                    String.valueOf(commit.getMessage()),
                    statement));
        }
        if (!(error instanceof MongoException mongo)) {
            return Optional.empty();
        }
        var row = BY_CODE.get(code(mongo));
        return Optional.of(new Fault(judgement(mongo, row, phase), detail(mongo, row), statement));
    }

    /** What is certain of the phase goes before what the error says. */
    private static Judgement judgement(MongoException error, @Nullable Row row, Phase phase) {
        var found = found(error, row, phase);
        boolean isTransient = error.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
        if (phase == Phase.IN_TRANSACTION && (isTransient || found.kind() == ErrorKind.AMBIGUOUS)) {
            // Whatever it was, the commit was not sent.
            return new Judgement(ErrorKind.RETRY_TRANSACTION, found.meaning(), found.code());
        }
        boolean isUndone = isTransient && !error.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
        if (phase == Phase.COMMIT_SENT && found.kind() != ErrorKind.NEVER && !isUndone) {
            return new Judgement(ErrorKind.AMBIGUOUS, found.meaning(), found.code());
        }
        return found;
    }

    private static Judgement found(MongoException error, @Nullable Row row, Phase phase) {
        if (error instanceof MongoInterruptedException) {
            return new Judgement(
                    phase == Phase.COMMIT_SENT ? ErrorKind.AMBIGUOUS : ErrorKind.NEVER, Meaning.CANCELLED, E2006);
        }
        if (error instanceof MongoOperationTimeoutException) {
            boolean mayBeDone = phase == Phase.COMMIT_SENT || phase == Phase.AUTOCOMMIT_SENT;
            return new Judgement(mayBeDone ? ErrorKind.AMBIGUOUS : ErrorKind.NEVER, Meaning.TIMEOUT, E2002);
        }
        if (error instanceof MongoTimeoutException) {
            // The driver has one class for two waits.
            return String.valueOf(error.getMessage()).contains("for a connection to server")
                    ? new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.OVERLOADED, E2001)
                    : new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, E2003);
        }
        if (isLoginRefused(error)) {
            return new Judgement(ErrorKind.NEVER, Meaning.AUTHENTICATION, E2008);
        }
        if (error instanceof MongoSecurityException || error instanceof MongoSocketOpenException) {
            return new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, E2003);
        }
        if (row != null && !row.lost()) {
            return new Judgement(row.kind(), row.meaning(), row.error());
        }
        if (error instanceof MongoConnectionPoolClearedException || error instanceof MongoServerUnavailableException) {
            return new Judgement(ofLost(phase), Meaning.UNREACHABLE, E2003);
        }
        if (row != null
                || error instanceof MongoSocketException
                || error instanceof MongoNotPrimaryException
                || error instanceof MongoNodeIsRecoveringException) {
            return new Judgement(ofLost(phase), Meaning.CONNECTION_LOST, E2010);
        }
        if (error.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
            return new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012);
        }
        boolean isInDoubt = error instanceof MongoWriteConcernException
                || (phase == Phase.COMMIT_SENT && !(error instanceof MongoClientException));
        return new Judgement(isInDoubt ? ErrorKind.AMBIGUOUS : ErrorKind.NEVER, Meaning.OTHER, E2007);
    }

    /** Whether a server has refused the login; a connection that broke while it logged in says nothing of that. */
    public static boolean isLoginRefused(MongoException error) {
        if (!(error instanceof MongoSecurityException)) {
            return false;
        }
        if (!(error.getCause() instanceof MongoException cause)) {
            return true;
        }
        var row = BY_CODE.get(code(cause));
        return cause instanceof MongoCommandException && (row == null || !row.lost());
    }

    /** Whether a server has answered, and does not leave at the same time. */
    static boolean isAnswer(Throwable error) {
        if (!(error instanceof MongoCommandException answer)) {
            return false;
        }
        var row = BY_CODE.get(code(answer));
        return row == null || !row.lost();
    }

    /** Whether the server has refused it for good, so that nothing of it was done. */
    static boolean isRefusal(MongoCommandException error) {
        var row = BY_CODE.get(code(error));
        return row != null
                && switch (row.meaning()) {
                    case AUTHENTICATION, PERMISSION, CONSTRAINT, SYNTAX -> true;
                    default -> false;
                };
    }

    private static ErrorKind ofLost(Phase phase) {
        return switch (phase) {
            case CONNECT, NOT_SENT -> ErrorKind.RETRY_ANYWHERE;
            case IN_TRANSACTION -> ErrorKind.RETRY_TRANSACTION;
            case COMMIT_SENT, AUTOCOMMIT_SENT -> ErrorKind.AMBIGUOUS;
        };
    }

    /** Of a bulk that of its first error. */
    private static int code(MongoException error) {
        if (error instanceof MongoWriteException write) {
            return write.getError().getCode();
        }
        if (error instanceof MongoBulkWriteException bulk) {
            return bulk.getWriteErrors().stream()
                    .findFirst()
                    .map(WriteError::getCode)
                    .orElse(bulk.getCode());
        }
        return error.getCode();
    }

    /** The server's text may hold values, its code does not. */
    private static String detail(MongoException error, @Nullable Row row) {
        int code = code(error);
        return code <= 0
                ? error.getClass().getSimpleName()
                : "MongoDB code " + code + (row == null ? "" : " " + row.name());
    }
}
