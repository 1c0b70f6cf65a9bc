// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to a database failed; one final subclass per {@linkplain ErrorCode code}.
 *
 * <p>The text starts with the constant title of the code and names the database, the operation, the attempts, the time
 * they took, the SQLSTATE and the next step. It holds neither SQL nor host nor user; what the driver said is in the
 * cause.
 */
public abstract sealed class DatabaseException extends RuntimeException
        permits PoolExhaustedException,
                QueryTimeoutException,
                DatabaseUnreachableException,
                PoolPausedException,
                PoolClosedException,
                InterruptedCallException,
                StatementFailedException,
                AuthenticationFailedException,
                UnknownDatabaseException,
                ConnectionLostException,
                DatabaseOverloadedException,
                TransactionConflictException,
                CommitRefusedException,
                ReadOnlyDatabaseException,
                ResultMappingException,
                NoRowException,
                TooManyRowsException,
                CommitOutcomeUnknownException,
                BreakerOpenException {

    private static final long serialVersionUID = 1L;

    private final String database;
    private final String operation;
    private final Judgement judgement;
    private final Phase phase;
    private final String sqlState;
    private final int attempts;
    private final Duration elapsed;

    /** Null after serialization. */
    private final transient @Nullable FailedCall call;

    /** The call that decides whether there is another attempt; null where it was decided. */
    private transient @Nullable RetryScope leftTo;

    DatabaseException(FailedCall call, @Nullable Throwable cause) {
        super(call.text(), cause);
        this.database = call.database();
        this.operation = call.operation();
        this.judgement = call.judgement();
        this.phase = call.phase();
        this.sqlState = call.sqlState();
        this.attempts = call.attempts();
        this.elapsed = call.elapsed();
        this.call = call;
    }

    /** The exception for a failed call, of the subclass for its code. */
    static DatabaseException of(FailedCall call, @Nullable Throwable cause) {
        return switch (call.judgement().code()) {
            case E2001 -> new PoolExhaustedException(call, cause);
            case E2002 -> new QueryTimeoutException(call, cause);
            case E2003 -> new DatabaseUnreachableException(call, cause);
            case E2004 -> new PoolPausedException(call, cause);
            case E2005 -> new PoolClosedException(call, cause);
            case E2006 -> new InterruptedCallException(call, cause);
            case E2007 -> new StatementFailedException(call, cause);
            case E2008 -> new AuthenticationFailedException(call, cause);
            case E2009 -> new UnknownDatabaseException(call, cause);
            case E2010 -> new ConnectionLostException(call, cause);
            case E2011 -> new DatabaseOverloadedException(call, cause);
            case E2012 -> new TransactionConflictException(call, cause);
            case E2013 -> new CommitRefusedException(call, cause);
            case E2014 -> new ReadOnlyDatabaseException(call, cause);
            case E2015 -> new ResultMappingException(call, cause);
            case E2016 -> new NoRowException(call, cause);
            case E2017 -> new TooManyRowsException(call, cause);
            case E2018 -> new CommitOutcomeUnknownException(call, cause);
            case E2019 -> new BreakerOpenException(call, cause);
        };
    }

    /** Leaves the next attempt to an outer call. */
    DatabaseException leaveTo(@Nullable RetryScope outer) {
        leftTo = outer;
        return this;
    }

    boolean isLeftTo(RetryScope outer) {
        return leftTo == outer;
    }

    /** The same failure after more attempts of the call that it was left to. */
    DatabaseException after(int allAttempts, Duration inAll) {
        if (call == null) {
            return this;
        }
        var last = of(call.tried(allAttempts, inAll), getCause());
        last.setStackTrace(getStackTrace());
        for (var suppressed : getSuppressed()) {
            last.addSuppressed(suppressed);
        }
        return last;
    }

    @Nullable
    FailedCall call() {
        return call;
    }

    /** What it is; {@link #code}, {@link #kind} and {@link #meaning} are parts of it. */
    public Judgement judgement() {
        return judgement;
    }

    /** The stable code. */
    public ErrorCode code() {
        return judgement.code();
    }

    /** What may be done about it. */
    public ErrorKind kind() {
        return judgement.kind();
    }

    /** What it says about the database or the statement. */
    public Meaning meaning() {
        return judgement.meaning();
    }

    /** How far the work had come. */
    public Phase phase() {
        return phase;
    }

    /** Whether the whole call may be made again as it was: nothing of it took effect, and a later try may succeed. */
    public boolean retryable() {
        return judgement.isRetryable();
    }

    /** Name of the database. */
    public String database() {
        return database;
    }

    /** The name the caller gave to the work. */
    public String operation() {
        return operation;
    }

    /** How often it was tried, at least 1. */
    public int attempts() {
        return attempts;
    }

    /** How long all attempts took, pauses included. */
    public Duration elapsed() {
        return elapsed;
    }

    /** The SQLSTATE; empty when there was none. */
    public String sqlState() {
        return sqlState;
    }

    /** The pool at the time of the failure; empty where it has no part in it, and after serialization. */
    public Optional<PoolSnapshot> snapshot() {
        return Optional.ofNullable(call).map(FailedCall::snapshot);
    }

    /** A constant sentence for anybody: no SQL, no host, no user. */
    public String safeMessage() {
        return judgement.code().safeMessage();
    }
}
