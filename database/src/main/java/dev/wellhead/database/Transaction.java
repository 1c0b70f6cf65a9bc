// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open transaction: what its work may do. It is begun by {@link Database#transaction}, ends with the work, and is
 * used by the thread of the work alone; on any other its calls are refused with an {@link IllegalStateException}.
 *
 * <p>A call that fails throws a {@link DatabaseException} as on the database. In PostgreSQL every statement after it is
 * refused, and so is the commit ({@link CommitRefusedException}): let the error through, or run what may fail in a
 * {@link #savepoint}.
 */
public final class Transaction implements SqlExecutor {

    private final Transactions transactions;
    private final Calls calls;
    private final String operation;
    private final TransactionOptions options;
    private final Connection connection;
    private final Hooks hooks;
    private final Statements statements;
    private final Tables tables;
    private final Thread owner = Thread.currentThread();

    /** The part that threw and was not undone; null while there was none. */
    private @Nullable String failedPart;

    private boolean over;

    Transaction(
            Transactions transactions,
            Calls calls,
            String operation,
            TransactionOptions options,
            Connection connection,
            Hooks hooks) {
        this.transactions = transactions;
        this.calls = calls;
        this.operation = operation;
        this.options = options;
        this.connection = connection;
        this.hooks = hooks;
        this.statements = new Statements(new TransactionSession(this, calls), transactions.language());
        this.tables = new Tables(statements);
    }

    @Override
    public String name() {
        return transactions.database();
    }

    /** The name of its work. */
    public String operation() {
        return operation;
    }

    /** How it was begun. */
    public TransactionOptions options() {
        return options;
    }

    /**
     * Its connection, for what JDBC alone can do. Leave commit, rollback, auto-commit and close alone.
     *
     * @throws IllegalStateException when it is over
     */
    public Connection connection() {
        requireOpen("connection");
        return connection;
    }

    @Override
    public Query query(String operation, String sql, @Nullable Object... parameters) {
        return new Query(statements, operation, sql, parameters, Statements.FETCH_SIZE);
    }

    @Override
    public <T extends @Nullable Object> T query(String operation, SqlWork<T> work) {
        return statements.query(operation, work);
    }

    @Override
    public int update(String operation, String sql, @Nullable Object... parameters) {
        return statements.update(operation, sql, parameters);
    }

    @Override
    public <T extends @Nullable Object> T update(String operation, SqlWork<T> work) {
        return statements.update(operation, work);
    }

    @Override
    public <K> K insert(
            String operation, String keyColumn, Class<K> keyType, String sql, @Nullable Object... parameters) {
        return statements.insert(operation, keyColumn, keyType, sql, parameters);
    }

    @Override
    public int[] batch(String operation, String sql, List<?> rows) {
        return statements.batch(operation, sql, rows);
    }

    @Override
    public <T extends Record> Optional<T> find(Table<T> table, Object... id) {
        return tables.find(table, id);
    }

    @Override
    public <T extends Record> T insert(Table<T> table, T row) {
        return tables.insert(table, row);
    }

    @Override
    public <T extends Record> boolean update(Table<T> table, T row) {
        return tables.update(table, row);
    }

    @Override
    public <T extends Record> boolean delete(Table<T> table, Object... id) {
        return tables.delete(table, id);
    }

    /**
     * Runs work as a part of this transaction, with this same object: it is committed with the rest or not at all. If it
     * throws, the whole can only be rolled back, also when the error is caught; see {@link #savepoint} for work that may
     * fail.
     *
     * @throws IllegalStateException when this is over
     */
    @Override
    public <T extends @Nullable Object> T transaction(String operation, TransactionWork<T> work) {
        requireOpen(operation);
        var joined = false;
        try {
            T result = work.run(this);
            joined = true;
            return result;
        } catch (SQLException e) {
            throw failed(operation, e);
        } finally {
            if (!joined && failedPart == null) {
                failedPart = operation;
            }
        }
    }

    /**
     * Runs work that may fail: when it throws anything, what it did is rolled back, the error goes on, and the
     * transaction is as it was before.
     *
     * @throws CommitRefusedException when a statement of the work failed and the work caught its error; its work is
     *     rolled back then as well
     * @throws IllegalStateException when this is over
     */
    public <T extends @Nullable Object> T savepoint(String operation, TransactionWork<T> work) {
        requireOpen(operation);
        var before = failedPart;
        var mark = hooks.mark();
        try {
            var savepoint = connection.setSavepoint();
            try {
                T result = work.run(this);
                transactions.commitCheck().requireCommittable(connection);
                connection.releaseSavepoint(savepoint);
                return result;
            } catch (Throwable failure) {
                hooks.undoneSince(mark);
                // Where its work could not be undone, the whole must not be committed with it.
                failedPart = rolledBack(savepoint, failure) ? before : operation;
                throw failure;
            }
        } catch (SQLException e) {
            throw failed(operation, e);
        }
    }

    /**
     * Runs something once this was committed and its connection released, on this thread, in the order of adding. It
     * may use the database (not after {@link Propagation#NEW} inside of another, which is still
     * open). What it throws is logged and not thrown. It does not run when the transaction is rolled
     * back, nor when nobody knows whether it was committed ({@link ErrorKind#AMBIGUOUS}).
     *
     * @throws IllegalStateException when this is over, or has 10,000 hooks
     */
    public void afterCommit(Runnable hook) {
        requireOpen("afterCommit");
        hooks.afterCommit(Objects.requireNonNull(hook, "hook"));
    }

    /**
     * Runs something once this was rolled back and its connection released, on this thread, in the order of adding; if
     * the work is tried again, then before that. Added inside of a {@link #savepoint} that is rolled back it runs
     * when the transaction has ended, however it ended. What it throws is logged and not thrown.
     *
     * @throws IllegalStateException when this is over, or has 10,000 hooks
     */
    public void afterRollback(Runnable hook) {
        requireOpen("afterRollback");
        hooks.afterRollback(Objects.requireNonNull(hook, "hook"));
    }

    /** Without parameters. */
    @Override
    public String toString() {
        return "Transaction[" + name() + ", " + operation + (over ? ", over]" : "]");
    }

    void requireOpen(String asked) {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "transaction \"" + operation + "\" belongs to another thread, so \"" + asked
                            + "\" is refused: it could run after the commit and be lost; make the call on the thread of the work");
        }
        if (over) {
            throw new IllegalStateException("transaction \"" + operation + "\" is over, so \"" + asked
                    + "\" is refused: a Transaction must not be kept after its work has returned; use the Database");
        }
    }

    /** Refuses a commit that would lose work, or keep half of it. */
    void requireCommittable() throws SQLException {
        if (failedPart != null) {
            throw new SQLNonTransientException(
                    "The part \"" + failedPart + "\" of transaction \"" + operation
                            + "\" failed and its error was caught, so the whole can only be rolled back. Nothing was"
                            + " committed; let the error through, or run what may fail in savepoint(..)",
                    CommitCheck.REFUSED);
        }
        transactions.commitCheck().requireCommittable(connection);
    }

    /** An error of its statements, told as the caller's where the transaction was begun read-only. */
    SQLException own(SQLException error) {
        return options.readOnly() ? OwnFault.ofReadOnly(error) : error;
    }

    void end() {
        over = true;
    }

    private boolean rolledBack(Savepoint savepoint, Throwable failure) {
        try {
            connection.rollback(savepoint);
            return true;
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private DatabaseException failed(String part, SQLException error) {
        return calls.retrier()
                .failedInside(operation, part, own(error), calls.clock().getAsLong());
    }
}
