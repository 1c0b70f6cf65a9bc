// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.Isolation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Begins, joins and ends the transactions of one database, and knows which one is open on a thread.
 *
 * <p>Concurrency: a transaction is used by one thread. The thread is asked for its transaction only while any is open,
 * so that threads which never have one carry nothing.
 */
final class Transactions {

    private final String database;
    private final CommitCheck commitCheck;
    private final Optional<Isolation> isolationOfPool;
    private final boolean isPostgres;
    private final Language language;
    private final Outcomes outcomes;
    private final OutcomeResolver resolver;

    /** How many are open; where it is 0 no thread needs to be asked. */
    private final AtomicInteger open = new AtomicInteger();

    /** The innermost one open on the thread. */
    @SuppressWarnings("ThreadLocalUsage") // One for each database, which are few; removed when the transaction ends.
    private final ThreadLocal<@Nullable Transaction> current = new ThreadLocal<>();

    Transactions(DatabaseConfig config, Language language, Outcomes outcomes, OutcomeResolver resolver) {
        var url = config.pool().jdbcUrl();
        this.database = config.name();
        this.commitCheck = CommitCheck.forUrl(url);
        this.isolationOfPool = config.pool().isolation();
        this.isPostgres = language.dialect() == Dialect.POSTGRESQL;
        this.language = language;
        this.outcomes = outcomes;
        this.resolver = resolver;
    }

    /** Refuses a call of the database inside of a transaction of its own thread. */
    void requireNone(String operation) {
        var outer = onThisThread();
        if (outer != null) {
            throw new IllegalStateException(refusal(outer, operation)
                    + ": it would run outside of the transaction, wait for a second connection, and not see its rows;"
                    + " call it on the Transaction that the work was given");
        }
    }

    <T extends @Nullable Object> T run(
            Calls calls, String operation, TransactionOptions options, TransactionWork<T> work) {
        var outer = onThisThread();
        if (outer != null && options.propagation() == Propagation.REFUSE) {
            throw new IllegalStateException(refusal(outer, operation)
                    + ": call transaction(..) on the Transaction that the work was given to make it a part of that one,"
                    + " or say in TransactionOptions what is meant: Propagation.JOIN (the same) or Propagation.NEW (one"
                    + " apart, over a second connection)");
        }
        if (outer != null && options.propagation() == Propagation.JOIN) {
            requireJoinable(outer, operation, options);
            return outer.transaction(operation, work);
        }
        var call = new TransactionCall<>(this, calls, operation, options, work);
        T result = calls.transaction(operation, call);
        call.committed();
        return result;
    }

    private String refusal(Transaction outer, String operation) {
        return "database " + LogText.value(database) + ": transaction \"" + outer.operation()
                + "\" is open on this thread, so \"" + operation + "\" is refused on the Database";
    }

    private void requireJoinable(Transaction outer, String operation, TransactionOptions options) {
        var has = outer.options().isolation().or(() -> isolationOfPool);
        if (options.isolation().isPresent() && !options.isolation().equals(has)) {
            throw new IllegalStateException("database " + LogText.value(database) + ": \"" + operation
                    + "\" asks for isolation " + options.isolation().get() + " and would join transaction \""
                    + outer.operation() + "\", which has "
                    + has.map(Isolation::name).orElse("that of the server")
                    + "; ask for it where the outer one begins, or use Propagation.NEW");
        }
        if (!options.readOnly() && outer.options().readOnly()) {
            throw new IllegalStateException("database " + LogText.value(database) + ": \"" + operation
                    + "\" may write and would join transaction \"" + outer.operation()
                    + "\", which is read-only; say readOnly for both or for neither, or use Propagation.NEW");
        }
    }

    private @Nullable Transaction onThisThread() {
        return open.get() == 0 ? null : current.get();
    }

    /** Puts the connection into the state that the options ask for; its first statement begins the transaction. */
    void begin(Connection connection, TransactionOptions options) throws SQLException {
        if (options.readOnly()) {
            connection.setReadOnly(true);
        }
        if (options.isolation().isPresent() && !isPostgres) {
            connection.setTransactionIsolation(options.isolation().get().jdbcLevel());
        }
        connection.setAutoCommit(false);
        if (options.isolation().isPresent() && isPostgres) {
            // One round trip, for this transaction alone. The driver's way is three: it asks, sets and puts back the
            // session's own.
            try (var statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL "
                        + options.isolation().get().name().replace('_', ' '));
            }
        }
    }

    /** Runs the work while the transaction is bound to the thread. */
    <T extends @Nullable Object> T bound(Transaction transaction, TransactionWork<T> work) throws SQLException {
        var outer = onThisThread();
        open.incrementAndGet();
        current.set(transaction);
        try {
            return work.run(transaction);
        } finally {
            if (outer == null) {
                current.remove();
            } else {
                current.set(outer);
            }
            open.decrementAndGet();
        }
    }

    String database() {
        return database;
    }

    CommitCheck commitCheck() {
        return commitCheck;
    }

    Outcomes outcomes() {
        return outcomes;
    }

    OutcomeResolver resolver() {
        return resolver;
    }

    Language language() {
        return language;
    }
}
