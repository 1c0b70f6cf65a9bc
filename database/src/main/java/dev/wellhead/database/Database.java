// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database: named calls over its pool, with retry, transactions, health and counters.
 *
 * <p>Thread-safe. A call blocks its thread while it waits for a connection ({@code acquireTimeout} an attempt), while it
 * pauses between attempts, and while the work runs. Every call takes a connection of its own: a call made inside of
 * another's work takes a second one and is a transaction apart; nothing is bound to the thread. Nested calls can so
 * exhaust a pool; pass the connection on instead.
 *
 * <p>Names of operations appear in leases, errors and logs: use a few constant ones, without data in them.
 *
 * <p>What the database refuses is thrown as a {@link DatabaseException}; what the work throws by itself (runtime
 * exceptions) goes to the caller as it is.
 */
public final class Database implements AutoCloseable {

    /** Rows sent to the server at once by {@link #batch}. */
    private static final int BATCH_ROWS = 1_000;

    private final DatabaseConfig config;
    private final WellheadDataSource dataSource;
    private final Retrier retrier;
    private final CommitCheck commitCheck;
    private final HealthMonitor health;
    private final Retrier.Time time;

    private Database(DatabaseConfig config, WellheadDataSource dataSource, Retrier.Time time) {
        var url = config.pool().jdbcUrl();
        var judge = ErrorJudge.forUrl(url);
        this.config = config;
        this.dataSource = dataSource;
        this.time = time;
        this.retrier = new Retrier(config.name(), config.retry(), judge, dataSource::snapshot, time);
        this.commitCheck = CommitCheck.forUrl(url);
        this.health = new HealthMonitor(config, dataSource, judge);
    }

    /**
     * Opens the pool, as {@code startMode} says, and begins to watch its health.
     *
     * @throws DatabaseException when the first connection could not be opened
     */
    static Database open(DatabaseConfig config) {
        long start = System.nanoTime();
        WellheadDataSource dataSource;
        try {
            dataSource = new WellheadDataSource(config.pool());
        } catch (PoolStartException e) {
            var failed = new FailedCall(
                    config.name(),
                    "open",
                    ErrorJudge.forUrl(config.pool().jdbcUrl()).judge(e, Phase.CONNECT),
                    Phase.CONNECT,
                    ErrorJudge.sqlStateOf(e),
                    e.attempts(),
                    Duration.ofNanos(System.nanoTime() - start),
                    null);
            throw DatabaseException.of(failed, e);
        }
        var database = new Database(config, dataSource, Retrier.Time.SYSTEM);
        database.health.start();
        return database;
    }

    /** The name in logs, errors and metrics. */
    public String name() {
        return config.name();
    }

    /**
     * Runs reading work in auto-commit. It is tried again only where nothing of it was sent, so work that writes is not
     * done twice; {@link #update} says better what it is.
     *
     * @throws DatabaseException when it failed
     */
    public <T extends @Nullable Object> T query(String operation, SqlWork<T> work) {
        return retrier.run(operation, progress -> autoCommitted(operation, work, progress));
    }

    /**
     * Runs one statement in auto-commit.
     *
     * @param parameters for its question marks, in order; null is SQL's NULL
     * @return how many rows it changed
     * @throws DatabaseException when it failed
     */
    public int update(String operation, String sql, @Nullable Object... parameters) {
        return update(operation, connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                bind(statement, Arrays.asList(parameters));
                return statement.executeUpdate();
            }
        });
    }

    /**
     * Runs writing work in auto-commit: each statement is committed by itself.
     *
     * @throws DatabaseException when it failed; {@link DatabaseException#kind()} says whether it may have taken effect
     */
    public <T extends @Nullable Object> T update(String operation, SqlWork<T> work) {
        return retrier.run(operation, progress -> autoCommitted(operation, work, progress));
    }

    /**
     * Runs work in one transaction: commits when it returns, rolls back when it throws anything. The work leaves commit,
     * rollback and auto-commit alone; savepoints are free.
     *
     * <p>If a statement failed and the work caught its error, PostgreSQL could only roll back, so the commit is refused
     * with a {@link CommitRefusedException}.
     *
     * @throws DatabaseException when it failed; {@link DatabaseException#kind()} is {@link ErrorKind#AMBIGUOUS} when the
     *     connection broke after COMMIT was sent
     */
    public <T extends @Nullable Object> T transaction(String operation, SqlWork<T> work) {
        return retrier.run(operation, progress -> transacted(operation, work, progress));
    }

    /**
     * Runs one statement for many rows, in one transaction.
     *
     * @param rows the parameters of each, all of the same number; none at all does nothing
     * @return how many rows each changed, as {@link java.sql.Statement#executeBatch()} tells
     * @throws DatabaseException when it failed; then no row was changed
     * @throws IllegalArgumentException when a row is null or has another number of parameters than the first; nothing
     *     was sent
     */
    public int[] batch(String operation, String sql, List<? extends List<?>> rows) {
        if (rows.isEmpty()) {
            return new int[0];
        }
        requireSameWidth(rows);
        return transaction(operation, connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                return runBatch(statement, rows);
            }
        });
    }

    /**
     * As {@link #query}, but tells of a failure instead of throwing it.
     *
     * @return how it ended; never throws a {@link DatabaseException}
     */
    public <T extends @Nullable Object> Attempt<T> attempt(String operation, SqlWork<T> work) {
        try {
            return new Attempt.Success<>(query(operation, work));
        } catch (DatabaseException e) {
            return new Attempt.Failure<>(e);
        }
    }

    /** What the last check found, with the pool as it is now. Returns at once. */
    public HealthReport health() {
        return health.lastKnown();
    }

    /**
     * Checks now, over a connection of its own, so that a full pool does not matter. Returns within
     * {@link HealthPolicy#limit()} and a little; calls at the same time share one check.
     *
     * @throws InterruptedCallException when the thread was interrupted
     * @throws PoolClosedException when this database is closed
     */
    public HealthReport checkHealth() {
        if (health.isClosed()) {
            throw DatabaseException.of(unchecked(Meaning.OTHER, ErrorCode.E2005), null);
        }
        try {
            return health.check();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DatabaseException.of(unchecked(Meaning.CANCELLED, ErrorCode.E2006), e);
        }
    }

    /** The state of the pool now. */
    public PoolSnapshot snapshot() {
        return dataSource.snapshot();
    }

    /** Who holds a connection now, longest first. */
    public List<Lease> leases() {
        return dataSource.leases();
    }

    /** The settings it was opened with. */
    public DatabaseConfig config() {
        return config;
    }

    /** The pool, for what wants a {@link javax.sql.DataSource}. */
    public WellheadDataSource dataSource() {
        return dataSource;
    }

    /** The calls so far. */
    public CallCounters counters() {
        return retrier.meter().counters();
    }

    /** Ends the health checks and closes the pool, which waits {@code closeTimeout} for leases. */
    @Override
    public void close() {
        health.close();
        dataSource.close();
    }

    boolean isClosed() {
        return health.isClosed();
    }

    @Override
    public String toString() {
        return "Database[" + name() + "]";
    }

    /** A health check that did not take place. */
    private FailedCall unchecked(Meaning meaning, ErrorCode code) {
        return new FailedCall(
                name(),
                "check health",
                new Judgement(ErrorKind.NEVER, meaning, code),
                Phase.NOT_SENT,
                "",
                1,
                Duration.ZERO,
                snapshot());
    }

    private <T extends @Nullable Object> T autoCommitted(String operation, SqlWork<T> work, Progress progress)
            throws SQLException {
        return withConnection(operation, connection -> {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
            progress.reached(Phase.AUTOCOMMIT_SENT);
            return work.run(connection);
        });
    }

    private <T extends @Nullable Object> T transacted(String operation, SqlWork<T> work, Progress progress)
            throws SQLException {
        return withConnection(operation, connection -> {
            connection.setAutoCommit(false);
            progress.reached(Phase.IN_TRANSACTION);
            try {
                T result = work.run(connection);
                commitCheck.requireCommittable(connection);
                progress.reached(Phase.COMMIT_SENT);
                connection.commit();
                return result;
            } catch (Throwable failure) {
                rollback(operation, connection, failure);
                throw failure;
            }
        });
    }

    private void rollback(String operation, Connection connection, Throwable failure) {
        var complete = false;
        try {
            if (!connection.isClosed()) {
                connection.rollback();
                complete = true;
            }
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
        retrier.log().rolledBack(operation, complete, failure);
    }

    /** Acquires, works, releases. A release that fails after the work was done does not undo it, so it is only logged. */
    private <T extends @Nullable Object> T withConnection(String operation, SqlWork<T> work) throws SQLException {
        var connection = dataSource.getConnection(operation);
        long start = time.nanoClock().getAsLong();
        T result;
        try {
            result = work.run(connection);
        } catch (Throwable failure) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        } finally {
            watchSlow(operation, time.nanoClock().getAsLong() - start);
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            retrier.log().releaseFailed(operation, e);
        }
        return result;
    }

    private void watchSlow(String operation, long elapsedNanos) {
        var threshold = config.slowQueryThreshold();
        var elapsed = Duration.ofNanos(elapsedNanos);
        if (!threshold.isZero() && elapsed.compareTo(threshold) > 0) {
            retrier.log().slowQuery(operation, elapsed, threshold);
        }
    }

    /** JDBC keeps the parameters of the row before, so a short row would silently be written with values of another. */
    private static void requireSameWidth(List<? extends @Nullable List<?>> rows) {
        int width = -1;
        int index = 0;
        for (var row : rows) {
            if (row == null) {
                throw new IllegalArgumentException("batch: row " + index + " is null; give each row its parameters");
            }
            if (width >= 0 && row.size() != width) {
                throw new IllegalArgumentException("batch: row " + index + " has " + parameters(row.size())
                        + " and row 0 has " + width + "; give all rows the same number, null for SQL's NULL");
            }
            width = row.size();
            index++;
        }
    }

    private static String parameters(int number) {
        return number + (number == 1 ? " parameter" : " parameters");
    }

    private static int[] runBatch(PreparedStatement statement, List<? extends List<?>> rows) throws SQLException {
        List<int[]> parts = new ArrayList<>();
        int pending = 0;
        for (var row : rows) {
            bind(statement, row);
            statement.addBatch();
            if (++pending == BATCH_ROWS) {
                parts.add(statement.executeBatch());
                pending = 0;
            }
        }
        if (pending > 0) {
            parts.add(statement.executeBatch());
        }
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static void bind(PreparedStatement statement, List<?> row) throws SQLException {
        int index = 1;
        for (Object value : row) {
            statement.setObject(index++, value);
        }
    }
}
