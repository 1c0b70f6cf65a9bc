// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.ClientSession;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.Supervision.Course;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a transaction and never lies about it.
 *
 * <p>When the answer is lost, the commit is sent again, which the server bears: it says whether the transaction was
 * committed, or that it knows of none, which then was not ({@code NoSuchTransaction} without the label {@code
 * UnknownTransactionCommitResult}; specification "Transactions" of MongoDB's drivers). Asked anew after 100 ms, then twice
 * that and so on to a second, until there is an answer or {@code limit} is over.
 */
public final class Commit {

    private static final Logger LOG = LoggerFactory.getLogger(Commit.class);
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
     * @throws CommitFault when it was undone, or nobody knows, though it was sent
     * @throws MongoException when it was refused
     */
    public void run(ClientSession session, Course course) {
        try {
            session.commitTransaction();
        } catch (MongoException e) {
            if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
                throw e;
            }
            resolve(session, course, e);
        }
    }

    private void resolve(ClientSession session, Course course, MongoException lost) {
        long began = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        while (System.nanoTime() - began < limit.toNanos() && isPaused(pause)) {
            try {
                session.commitTransaction();
                found(course, CommitOutcome.COMMITTED, began);
                return;
            } catch (MongoInterruptedException e) {
                break;
            } catch (MongoException e) {
                if (e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
                    found(course, CommitOutcome.ABORTED, began);
                    throw CommitFault.aborted(lost);
                }
                if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
                    lost.addSuppressed(e);
                    break;
                }
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
