// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.ClientSession;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.Supervision.Course;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a transaction and never lies about it.
 *
 * <p>When the answer is lost, the commit is sent again, which the server bears: it says whether the transaction was
 * committed, or that it knows of none ({@code NoSuchTransaction} with the label {@code TransientTransactionError} and
 * without {@code UnknownTransactionCommitResult}; specification "Transactions" of MongoDB's drivers), which then was not.
 * Asked anew after 100 ms, then twice that and so on to a second, until there is an answer or {@code limit} is over; an
 * attempt that is under way then is waited for.
 *
 * <p>The driver sends a commit twice by itself and throws the last error only. So what counts as certain depends on whether
 * one that went before stayed without an answer: then only the two answers above do.
 */
public final class Commit {

    private static final Logger LOG = LoggerFactory.getLogger(Commit.class);
    private static final int NO_SUCH_TRANSACTION = 251;
    private static final int MOST_SHOWN = 100;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final String pool;
    private final String operation;
    private final Duration limit;
    private final CountDownLatch closed;

    /**
     * Of one call.
     *
     * @param limit how long is asked what became of it; zero: not at all
     * @param closed at zero when the client is closed
     */
    public Commit(String pool, String operation, Duration limit, CountDownLatch closed) {
        this.pool = pool;
        this.operation = operation;
        this.limit = limit;
        this.closed = closed;
    }

    /**
     * Returns when it is committed.
     *
     * @param commands knows what the driver has sent
     * @throws CommitFault when it was undone, or nobody knows, though it was sent
     * @throws MongoException when it was refused
     */
    public void run(ClientSession session, Course course, Commands commands) {
        try {
            session.commitTransaction();
        } catch (RuntimeException e) {
            if (!commands.isCommitSent() || (!commands.isCommitUnanswered() && isUndone(e))) {
                throw e;
            }
            if (e instanceof MongoInterruptedException) {
                Thread.currentThread().interrupt();
            }
            resolve(session, course, e);
        }
    }

    /** Whether the one commit that was sent was answered by a no. */
    private static boolean isUndone(RuntimeException error) {
        return error instanceof MongoCommandException answer
                && !answer.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
                && (answer.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
                        || MongoErrors.isRefusal(answer));
    }

    /** Whether the server knows of no such transaction, and so has not committed it. */
    private static boolean isUnknownThere(MongoException error) {
        return error.getCode() == NO_SUCH_TRANSACTION
                && error.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
                && !error.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
    }

    private void resolve(ClientSession session, Course course, RuntimeException lost) {
        long began = System.nanoTime();
        if (lost instanceof MongoException first && isUnknownThere(first)) {
            found(course, CommitOutcome.ABORTED, began);
            throw CommitFault.aborted(lost);
        }
        long pause = FIRST_PAUSE_MILLIS;
        while (System.nanoTime() - began < limit.toNanos() && isPaused(pause)) {
            try {
                session.commitTransaction();
                found(course, CommitOutcome.COMMITTED, began);
                return;
            } catch (MongoInterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (MongoException e) {
                if (isUnknownThere(e)) {
                    found(course, CommitOutcome.ABORTED, began);
                    throw CommitFault.aborted(lost);
                }
                LOG.debug("commit outcome not found out yet pool={}", pool, Secret.mask(e));
            } catch (RuntimeException e) {
                // The client was closed meanwhile.
                lost.addSuppressed(e);
                break;
            }
            pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
        }
        found(course, CommitOutcome.UNKNOWN, began);
        throw CommitFault.unknown(lost);
    }

    /** False when it was ended: nobody waits any more. */
    private boolean isPaused(long millis) {
        try {
            return !closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void found(Course course, CommitOutcome outcome, long began) {
        course.foundOut(outcome);
        LOG.warn(
                "commit answer lost pool={} operation=\"{}\" outcome={} elapsedMs={}",
                pool,
                CommandShape.safe(operation, MOST_SHOWN),
                outcome,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }
}
