// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Lane;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the calls of one database: acquires, works, releases, with retry, counters and the slow log. */
final class Calls implements Session {

    private final WellheadDataSource dataSource;
    private final Retrier retrier;
    private final LongSupplier clock;
    private final LongSupplier slowNanos;
    private final Transactions transactions;
    private final boolean isIdempotent;

    /** @param slowNanos work that takes longer is logged; 0: none is */
    Calls(
            WellheadDataSource dataSource,
            Retrier retrier,
            LongSupplier clock,
            LongSupplier slowNanos,
            Transactions transactions) {
        this(dataSource, retrier, clock, slowNanos, transactions, false);
    }

    private Calls(
            WellheadDataSource dataSource,
            Retrier retrier,
            LongSupplier clock,
            LongSupplier slowNanos,
            Transactions transactions,
            boolean isIdempotent) {
        this.dataSource = dataSource;
        this.retrier = retrier;
        this.clock = clock;
        this.slowNanos = slowNanos;
        this.transactions = transactions;
        this.isIdempotent = isIdempotent;
    }

    /** The same database, called otherwise. */
    Calls with(CallOptions options) {
        return new Calls(
                dataSource, retrier.with(options.retry()), clock, slowNanos, transactions, options.idempotent());
    }

    @Override
    public <T extends @Nullable Object> T query(String operation, Effect effect, SqlWork<T> work) {
        return run(operation, isIdempotent ? Effect.NONE : effect, work);
    }

    @Override
    public <T extends @Nullable Object> T run(String operation, Effect effect, SqlWork<T> work) {
        transactions.requireNone(operation);
        return retrier.run(
                operation,
                effect,
                progress -> leased(operation, progress, connection -> {
                    if (!connection.getAutoCommit()) {
                        connection.setAutoCommit(true);
                    }
                    progress.reached(Phase.AUTOCOMMIT_SENT);
                    return work.run(connection);
                }));
    }

    @Override
    public <T extends @Nullable Object> T whole(String operation, SqlWork<T> work) {
        return transactions.run(
                this, operation, TransactionOptions.DEFAULT, transaction -> work.run(transaction.connection()));
    }

    @Override
    public <T extends @Nullable Object> Stream<T> stream(String operation, SqlWork<RowCursor<T>> opening) {
        transactions.requireNone(operation);
        long start = clock.getAsLong();
        var cursor = retrier.run(operation, Effect.NONE, progress -> opened(operation, opening, progress));
        cursor.watch(() -> retrier.log().streamNotClosed(operation));
        return cursor.streamed(() -> {}, e -> retrier.failedInside(null, operation, OwnFault.ofReadOnly(e), start));
    }

    private <T extends @Nullable Object> RowCursor<T> opened(
            String operation, SqlWork<RowCursor<T>> opening, Progress progress) throws SQLException {
        var connection = dataSource.getConnection(operation);
        long start = clock.getAsLong();
        try {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            progress.reached(Phase.IN_TRANSACTION);
            var cursor = opening.run(connection);
            cursor.whenClosed(() -> releaseStream(operation, connection));
            return cursor;
        } catch (SQLException refused) {
            releaseStream(operation, connection);
            throw OwnFault.ofReadOnly(refused);
        } catch (Throwable failure) {
            releaseStream(operation, connection);
            throw failure;
        } finally {
            ended(operation, progress, start);
        }
    }

    /** Ends the transaction by itself, so that the pool does not count one that was left open. */
    private void releaseStream(String operation, Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException e) {
            retrier.log().releaseFailed(operation, e);
        }
        release(operation, connection);
    }

    /** Acquires, works, releases, in the default lane; as the other. */
    <T extends @Nullable Object> T leased(String operation, Progress progress, SqlWork<T> work) throws SQLException {
        return leased(operation, Lane.DEFAULT, progress, work);
    }

    /** Acquires, works, releases. A release that fails after the work was done does not undo it, so it is only logged. */
    <T extends @Nullable Object> T leased(String operation, String lane, Progress progress, SqlWork<T> work)
            throws SQLException {
        var connection = lane.equals(Lane.DEFAULT)
                ? dataSource.getConnection(operation)
                : dataSource.lane(lane).named(operation).getConnection();
        long start = clock.getAsLong();
        try {
            T result;
            try {
                result = work.run(connection);
            } catch (Throwable failure) {
                releaseAfter(connection, failure);
                throw failure;
            }
            release(operation, connection);
            return result;
        } finally {
            ended(operation, progress, start);
        }
    }

    private static void releaseAfter(Connection connection, Throwable failure) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void release(String operation, Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            retrier.log().releaseFailed(operation, e);
        }
    }

    private void ended(String operation, Progress progress, long start) {
        long now = clock.getAsLong();
        progress.ended(now);
        watchSlow(operation, now - start);
    }

    void watchSlow(String operation, long elapsedNanos) {
        long threshold = slowNanos.getAsLong();
        if (threshold > 0 && elapsedNanos > threshold) {
            retrier.log().slowQuery(operation, Duration.ofNanos(elapsedNanos), Duration.ofNanos(threshold));
        }
    }

    Retrier retrier() {
        return retrier;
    }

    LongSupplier clock() {
        return clock;
    }
}
