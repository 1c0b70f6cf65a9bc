// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.spi.TransactionEnd;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a transaction, of one or more attempts. Each attempt has its own {@link Transaction} with its own hooks;
 * those of a rollback run as soon as its connection was released, those of the commit when the call is over.
 *
 * <p>When the answer to COMMIT was lost, what became of it is found out before anything else is done: what was committed is
 * returned as if nothing had happened, and only what was rolled back for certain may run again.
 */
final class TransactionCall<T extends @Nullable Object> implements Retrier.Step<T> {

    private final Transactions transactions;
    private final Calls calls;
    private final String operation;
    private final TransactionOptions options;
    private final TransactionWork<T> work;
    private Hooks hooks;
    /** What the work has returned, once COMMIT is about to be sent. */
    private @Nullable Done<T> done;

    private OutcomeToken token = new OutcomeToken.None();

    private record Done<T extends @Nullable Object>(T result) {}

    TransactionCall(
            Transactions transactions,
            Calls calls,
            String operation,
            TransactionOptions options,
            TransactionWork<T> work) {
        this.transactions = transactions;
        this.calls = calls;
        this.operation = operation;
        this.options = options;
        this.work = work;
        this.hooks = new Hooks(operation, calls.retrier().log());
    }

    @Override
    public T run(Progress progress) throws SQLException {
        hooks = new Hooks(operation, calls.retrier().log());
        done = null;
        token = new OutcomeToken.None();
        try {
            return calls.leased(operation, options.lane(), progress, connection -> transacted(connection, progress));
        } catch (SQLException | RuntimeException failure) {
            if (isInDoubt(progress, failure)) {
                return resolved(progress, failure);
            }
            hooks.rolledBack();
            throw failure;
        } catch (Error failure) {
            if (progress.phase() == Phase.COMMIT_SENT) {
                hooks.inDoubt();
            } else {
                hooks.rolledBack();
            }
            throw failure;
        }
    }

    /** The answer to COMMIT was lost, and the connection has been given back. */
    private T resolved(Progress progress, Throwable failure) throws SQLException {
        var resolver = transactions.resolver();
        var outcome = resolver.resolve(operation, token);
        progress.ended(calls.clock().getAsLong());
        var committed = done;
        if (outcome == CommitOutcome.COMMITTED && committed != null) {
            return committed.result();
        }
        if (outcome == CommitOutcome.ABORTED) {
            hooks.rolledBack();
            throw failure instanceof ExpiredCall expired ? expired.rolledBack() : OutcomeFault.aborted(failure);
        }
        hooks.inDoubt();
        throw OutcomeFault.unknown(resolver.text(token), failure);
    }

    /** Runs the hooks of the attempt that was committed. */
    void committed() {
        hooks.committed();
    }

    private T transacted(Connection connection, Progress progress) throws SQLException {
        transactions.outcomes().prepare(connection, options);
        transactions.begin(connection, options);
        progress.reached(Phase.IN_TRANSACTION);
        var transaction = new Transaction(transactions, calls, operation, options, connection, hooks);
        try {
            T result = worked(connection, transaction);
            transaction.requireCommittable();
            done = new Done<>(result);
            transactions.outcomes().commit(connection, options, progress, sent -> token = sent);
            return result;
        } catch (SQLException refused) {
            rollback(progress, connection, refused);
            throw transaction.own(refused);
        } catch (Throwable failure) {
            rollback(progress, connection, failure);
            throw failure;
        } finally {
            transaction.end();
        }
    }

    /** The work may hand its connection to any library; none of them may commit half of it. */
    private T worked(Connection connection, Transaction transaction) throws SQLException {
        if (!(connection instanceof TransactionEnd end)) {
            return transactions.bound(transaction, work);
        }
        end.reserve("transaction " + LogText.value(operation));
        try {
            return transactions.bound(transaction, work);
        } finally {
            end.free();
        }
    }

    private void rollback(Progress progress, Connection connection, Throwable failure) {
        progress.ending();
        var complete = false;
        try {
            if (!connection.isClosed()) {
                connection.rollback();
                complete = true;
            }
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
        calls.retrier().log().rolledBack(operation, complete, failure);
    }

    /** Before COMMIT was sent, whatever broke, the server can only roll back. */
    private boolean isInDoubt(Progress progress, Throwable failure) {
        return progress.phase() == Phase.COMMIT_SENT
                && (!(failure instanceof SQLException sql) || calls.retrier().isInDoubt(sql, Phase.COMMIT_SENT));
    }
}
