// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Lane;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.LeaseEnd;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one database: acquires, works, releases, with retry, counters and the slow log, all of it under the
 * call's time limits.
 */
final class Calls implements Session {

    private final WellheadDataSource dataSource;
    private final Retrier retrier;
    private final LongSupplier clock;
    private final LongSupplier slowNanos;
    private final Supplier<TimeLimits> limits;
    private final Transactions transactions;
    private final boolean isIdempotent;
    private final CallWatch watch;

    /**
     * Runs calls over that pool.
     *
     * @param slowNanos work that takes longer is logged; 0: none is
     * @param limits asked once at the start of each call
     */
    Calls(
            WellheadDataSource dataSource,
            Retrier retrier,
            LongSupplier clock,
            LongSupplier slowNanos,
            Supplier<TimeLimits> limits,
            Transactions transactions) {
        this(dataSource, retrier, clock, slowNanos, limits, transactions, new CallWatch(), false);
    }

    private Calls(
            WellheadDataSource dataSource,
            Retrier retrier,
            LongSupplier clock,
            LongSupplier slowNanos,
            Supplier<TimeLimits> limits,
            Transactions transactions,
            CallWatch watch,
            boolean isIdempotent) {
        this.dataSource = dataSource;
        this.retrier = retrier;
        this.clock = clock;
        this.slowNanos = slowNanos;
        this.limits = limits;
        this.transactions = transactions;
        this.watch = watch;
        this.isIdempotent = isIdempotent;
    }

    /** The same database, called otherwise. */
    Calls with(CallOptions options) {
        return new Calls(
                dataSource,
                retrier.with(options.retry()),
                clock,
                slowNanos,
                limits,
                transactions,
                watch,
                options.idempotent());
    }

    // Calls and their time limits.

    /** A transaction: all of it is one call. */
    <T extends @Nullable Object> T transaction(String operation, Retrier.Step<T> step) {
        var rules = limits.get();
        return call(operation, Effect.ATOMIC, rules.transaction(), rules, step);
    }

    private <T extends @Nullable Object> T call(
            String operation, Effect effect, Duration limit, TimeLimits rules, Retrier.Step<T> step) {
        var outer = Deadline.current();
        var call = begun(limit);
        try {
            return attempted(operation, effect, call, rules, step);
        } finally {
            watch.remove(call);
            unbind(call, outer);
        }
    }

    private Call begun(Duration limit) {
        long now = System.nanoTime();
        var call = new Call(retrier, Deadline.ofCall(TimeUnit.NANOSECONDS.convert(limit), now), now);
        watch.add(call);
        return call;
    }

    @SuppressWarnings("ReferenceEquality") // A deadline is itself.
    private static void unbind(Call call, @Nullable Deadline outer) {
        var deadline = call.deadline();
        if (deadline != null && deadline != outer) {
            deadline.unbind();
        }
    }

    private <T extends @Nullable Object> T attempted(
            String operation, Effect effect, Call call, TimeLimits rules, Retrier.Step<T> step) {
        long commitNanos = TimeUnit.NANOSECONDS.convert(rules.commit());
        try {
            return retrier.run(operation, effect, progress -> {
                progress.of(call, commitNanos);
                call.requireTime();
                return step.run(progress);
            });
        } catch (QueryTimeoutException e) {
            tell(call, e);
            throw e;
        }
    }

    private void tell(Call call, QueryTimeoutException expired) {
        var deadline = call.deadline();
        if (deadline != null) {
            deadline.tell(expired, retrier.log());
        }
    }

    /** The error as the caller of that connection is told it: with the statement, where a limit has ended it. */
    SQLException told(Connection connection, SQLException error, long start) {
        if (error instanceof ExpiredCall || !ExpiredCall.CANCELLED.equals(error.getSQLState())) {
            return error;
        }
        var lease = connection instanceof LeaseEnd.Handle handle ? handle.leaseEnd() : null;
        return ExpiredCall.timeout(
                Duration.ofNanos(clock.getAsLong() - start), lease == null ? "" : lease.lastSql(), true, error);
    }

    private Connection acquired(String operation, String lane, @Nullable Call call) throws SQLException {
        var deadline = call == null ? null : call.deadline();
        if (deadline == null || !deadline.hasEnd()) {
            return lane.equals(Lane.DEFAULT)
                    ? dataSource.getConnection(operation)
                    : dataSource.lane(lane).named(operation).getConnection();
        }
        var left = deadline.remaining();
        var limit = dataSource.config().acquireTimeout();
        var shorter = left.compareTo(limit) < 0 ? left : limit;
        return lane.equals(Lane.DEFAULT)
                ? dataSource.getConnection(operation, shorter)
                : dataSource.lane(lane).named(operation).getConnection(shorter);
    }

    // What sessions do.

    @Override
    public <T extends @Nullable Object> T query(String operation, Effect effect, SqlWork<T> work) {
        return run(operation, isIdempotent ? Effect.NONE : effect, work);
    }

    @Override
    public <T extends @Nullable Object> T run(String operation, Effect effect, SqlWork<T> work) {
        transactions.requireNone(operation);
        var rules = limits.get();
        return call(
                operation,
                effect,
                rules.call(),
                rules,
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
        var rules = limits.get();
        var outer = Deadline.current();
        var call = begun(rules.call());
        RowCursor<T> cursor = null;
        try {
            cursor = attempted(
                    operation, Effect.NONE, call, rules, progress -> opened(operation, call, rules, opening, progress));
        } finally {
            unbind(call, outer);
            if (cursor == null) {
                watch.remove(call);
            }
        }
        call.becomesStream();
        cursor.watch(() -> retrier.log().streamNotClosed(operation));
        long fetchNanos = TimeUnit.NANOSECONDS.convert(rules.fetch());
        cursor.timed(call::stepEnds);
        return cursor.streamed(() -> call.stepBegins(fetchNanos), e -> failedRow(operation, call, e, start));
    }

    private DatabaseException failedRow(String operation, Call call, SQLException error, long start) {
        var failed = retrier.failedInside(null, operation, OwnFault.ofReadOnly(error), start);
        if (failed instanceof QueryTimeoutException expired) {
            tell(call, expired);
        }
        return failed;
    }

    private <T extends @Nullable Object> RowCursor<T> opened(
            String operation, Call call, TimeLimits rules, SqlWork<RowCursor<T>> opening, Progress progress)
            throws SQLException {
        var connection = acquired(operation, Lane.DEFAULT, call);
        call.leased(connection);
        long start = clock.getAsLong();
        long endNanos = TimeUnit.NANOSECONDS.convert(rules.commit());
        try {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            progress.reached(Phase.IN_TRANSACTION);
            var cursor = opening.run(connection);
            cursor.whenClosed(() -> {
                try {
                    releaseStream(operation, call, endNanos, connection);
                } finally {
                    watch.remove(call);
                }
            });
            return cursor;
        } catch (SQLException refused) {
            var told = told(connection, refused, start);
            releaseStream(operation, call, endNanos, connection);
            throw OwnFault.ofReadOnly(told);
        } catch (Throwable failure) {
            releaseStream(operation, call, endNanos, connection);
            throw failure;
        } finally {
            ended(operation, progress, start);
        }
    }

    /** Ends the transaction by itself, so that the pool does not count one that was left open. */
    private void releaseStream(String operation, Call call, long limitNanos, Connection connection) {
        call.stepBegins(limitNanos);
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException e) {
            retrier.log().releaseFailed(operation, e);
        }
        release(operation, call, connection);
        call.stepEnds();
    }

    /** Acquires, works, releases, in the default lane; as the other. */
    <T extends @Nullable Object> T leased(String operation, Progress progress, SqlWork<T> work) throws SQLException {
        return leased(operation, Lane.DEFAULT, progress, work);
    }

    /** Acquires, works, releases. A release that fails after the work was done does not undo it, so it is only logged. */
    <T extends @Nullable Object> T leased(String operation, String lane, Progress progress, SqlWork<T> work)
            throws SQLException {
        var call = progress.call();
        var connection = acquired(operation, lane, call);
        if (call != null) {
            call.leased(connection);
        }
        long start = clock.getAsLong();
        try {
            T result;
            try {
                result = work.run(connection);
            } catch (SQLException e) {
                var told = call != null && call.isTaken() ? call.told(e) : told(connection, e, start);
                releaseAfter(call, connection, told);
                throw told;
            } catch (Throwable failure) {
                releaseAfter(call, connection, failure);
                throw failure;
            }
            release(operation, call, connection);
            return result;
        } finally {
            ended(operation, progress, start);
        }
    }

    private static void releaseAfter(@Nullable Call call, Connection connection, Throwable failure) {
        try {
            close(call, connection);
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void release(String operation, @Nullable Call call, Connection connection) {
        try {
            close(call, connection);
        } catch (SQLException | RuntimeException e) {
            retrier.log().releaseFailed(operation, e);
        }
    }

    private static void close(@Nullable Call call, Connection connection) throws SQLException {
        if (call == null) {
            connection.close();
            return;
        }
        call.releasing();
        try {
            connection.close();
        } finally {
            call.released();
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
