// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.database.spi.RetryObserver;
import dev.wellhead.pool.Ceiling;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.sql.NumberedSql;
import dev.wellhead.sql.SqlLiterals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One database: named calls over its pool, with retry, transactions, health and counters.
 *
 * <p>Thread-safe. A call blocks its thread while it waits for a connection ({@code acquireTimeout} an attempt), while it
 * pauses between attempts, and while the work runs. Every call takes a connection of its own.
 *
 * <p>Inside of {@link #transaction} the thread is bound to the transaction: calls of this same object on that thread are
 * refused with an {@link IllegalStateException} until it ends, for they would run outside of it. Use the
 * {@link Transaction}, or say in {@link TransactionOptions} what a nested transaction is meant to be.
 *
 * <p>What the database refuses is thrown as a {@link DatabaseException}; what the work throws by itself (runtime
 * exceptions) goes to the caller as it is.
 *
 * <h2>Retry</h2>
 *
 * As {@link DatabaseConfig#retry} says, work is run again
 *
 * <ul>
 *   <li>always, when nothing of it was sent, as when no connection could be made;
 *   <li>a transaction and a single statement, when it was rolled back for certain (a deadlock, a serialization failure, a
 *       connection lost before COMMIT was sent). A transaction's work is run as a whole, with a new {@link Transaction}: it
 *       must bear being run more than once, so what it does besides the database belongs into
 *       {@link Transaction#afterCommit};
 *   <li>a query, also when nobody knows whether it ran, if its text only reads (one {@code SELECT} that locks nothing and
 *       calls well-known functions alone) or its caller says so ({@link CallOptions#idempotent}).
 * </ul>
 *
 * A write outside of a transaction is never run again while it may have taken effect. Of calls inside of work that may be
 * run again only the outermost is; theirs are tried once.
 */
public final class Database implements SqlExecutor, MonitoredDatabase, AutoCloseable {

    private final LiveSettings settings;
    private final WellheadDataSource dataSource;
    private final Retrier retrier;
    private final Breaker breaker;
    private final JdbcHealth asked;
    private final HealthMonitor health;
    private final StatisticsLog statistics;
    private final Transactions transactions;
    private final OutcomeResolver resolver;
    private final Calls calls;
    private final Statements statements;
    private final Tables tables;
    /** Null where nobody asked for one. */
    private final @Nullable DatabaseManagement management;

    private Database(DatabaseConfig config, WellheadDataSource dataSource, Retrier.Time time) {
        var url = config.pool().jdbcUrl();
        var judge = ErrorJudge.of(config);
        this.settings = new LiveSettings(config);
        this.dataSource = dataSource;
        this.retrier = new Retrier(config.name(), () -> settings.get().retry(), judge, dataSource::snapshot, time);
        this.breaker = new Breaker(settings);
        this.retrier.guardedBy(breaker);
        var language = new Language(Dialect.of(url));
        this.asked = new JdbcHealth(settings, dataSource, language.timeouts());
        this.health = new HealthMonitor(settings, asked, judge, breaker);
        dataSource.onDoubt(health::doubted);
        this.statistics = new StatisticsLog(() -> settings.get().log(), dataSource::snapshot, this::counters);
        retrier.log().queriesAreShown(() -> settings.get().log().queries());
        var outcomes = new Outcomes(config, () -> settings.get().outcome(), judge);
        this.resolver =
                new OutcomeResolver(dataSource, outcomes, judge, retrier.meter(), settings, health::isClosed, time);
        this.transactions = new Transactions(config, language, outcomes, resolver);
        this.calls = new Calls(
                dataSource,
                retrier,
                time.nanoClock(),
                settings::slowNanos,
                () -> settings.get().limits(),
                transactions);
        this.statements = new Statements(calls, language);
        this.tables = new Tables(statements);
        this.management = config.pool().jmx() ? manage(config.name(), health, retrier.meter()) : null;
    }

    /** Shows it through JMX; null where the run-time image has none, which the pool, asked for the same, has said. */
    private static @Nullable DatabaseManagement manage(String name, HealthMonitor health, CallMeter calls) {
        try {
            return DatabaseManagement.register(name, health::lastKnown, calls::counters);
        } catch (NoClassDefFoundError absent) {
            return null;
        }
    }

    /** The same database, called otherwise. */
    private Database(Database other, CallOptions options) {
        this.settings = other.settings;
        this.dataSource = other.dataSource;
        this.retrier = other.retrier;
        this.breaker = other.breaker;
        this.asked = other.asked;
        this.health = other.health;
        this.statistics = other.statistics;
        this.transactions = other.transactions;
        this.resolver = other.resolver;
        this.calls = other.calls.with(options);
        this.statements = new Statements(calls, other.statements.language());
        this.tables = new Tables(statements);
        this.management = other.management;
    }

    /** As below, without a ceiling. */
    static Database open(DatabaseConfig config) {
        return open(config, null);
    }

    /**
     * Opens the pool, as {@code startMode} says, and begins to watch its health.
     *
     * @param ceiling over all pools of its manager; null without one
     * @throws DatabaseException when the first connection could not be opened
     */
    static Database open(DatabaseConfig config, @Nullable Ceiling ceiling) {
        long start = System.nanoTime();
        WellheadDataSource dataSource;
        try {
            dataSource = ceiling == null
                    ? new WellheadDataSource(config.pool(), SqlLiterals::hide)
                    : ceiling.open(config.pool(), SqlLiterals::hide);
        } catch (PoolStartException e) {
            var failed = new FailedCall(
                    config.name(),
                    "open",
                    ErrorJudge.of(config).judge(e, Phase.CONNECT),
                    Phase.CONNECT,
                    ErrorJudge.sqlStateOf(e),
                    e.attempts(),
                    Duration.ofNanos(System.nanoTime() - start),
                    null);
            throw DatabaseException.of(failed, e);
        }
        var database = new Database(config, dataSource, Retrier.Time.SYSTEM);
        database.health.start();
        database.statistics.start();
        return database;
    }

    @Override
    public String name() {
        return config().name();
    }

    /**
     * This database, with calls made by other options: the same pool, health, counters and budget. Keep it, or ask for it
     * anew at each call, which costs little. Closing it closes the database.
     *
     * <pre>{@code
     * database.with(CallOptions.DEFAULT.withIdempotent(true)).query("rate", "SELECT rate_of(?)", day).one(Rate.class);
     * }</pre>
     */
    public Database with(CallOptions options) {
        return new Database(this, options);
    }

    @Override
    public Query query(String operation, String sql, @Nullable Object... parameters) {
        return new Query(statements, operation, sql, parameters, Statements.FETCH_SIZE);
    }

    /**
     * Runs reading work in auto-commit. It is tried again only where nothing of it was sent, so work that writes is not
     * done twice, unless {@link CallOptions#idempotent} says that it may; {@link #update} says better what it is.
     *
     * @throws DatabaseException when it failed
     */
    @Override
    public <T extends @Nullable Object> T query(String operation, SqlWork<T> work) {
        return statements.query(operation, work);
    }

    @Override
    public int update(String operation, String sql, @Nullable Object... parameters) {
        return statements.update(operation, sql, parameters);
    }

    /**
     * Runs writing work in auto-commit: each statement is committed by itself.
     *
     * @throws DatabaseException when it failed; {@link DatabaseException#kind()} says whether it may have taken effect
     */
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
     * Runs work in one transaction: commits when it returns, rolls back when it throws anything. After a
     * failure that rolled it back for certain the work is run again, as {@link DatabaseConfig#retry} says.
     *
     * <p>If a statement failed and the work caught its error, PostgreSQL could only roll back, so the commit is refused
     * with a {@link CommitRefusedException}.
     *
     * <p>When the connection breaks after COMMIT was sent, what became of the transaction is found out, within the timeout
     * of {@link DatabaseConfig#outcome()}: if it was committed this returns as if nothing had happened, if it was rolled
     * back it is tried again.
     *
     * @throws CommitOutcomeUnknownException when that could not be found out
     * @throws DatabaseException when it failed otherwise; then nothing was committed
     * @throws IllegalStateException when a transaction of this database is open on the thread
     */
    @Override
    public <T extends @Nullable Object> T transaction(String operation, TransactionWork<T> work) {
        return transaction(operation, TransactionOptions.DEFAULT, work);
    }

    /**
     * As {@link #transaction(String, TransactionWork)}, begun as the options say.
     *
     * @throws DatabaseException when it failed
     * @throws IllegalStateException when a transaction of this database is open on the thread and
     *     {@link Propagation#REFUSE} holds, or {@link Propagation#JOIN} and the open one cannot give what is asked for
     */
    public <T extends @Nullable Object> T transaction(
            String operation, TransactionOptions options, TransactionWork<T> work) {
        return transactions.run(calls, operation, options, work);
    }

    /**
     * As {@link #query(String, SqlWork)}, but tells of a failure instead of throwing it; {@link Attempt#of} does so for
     * any call.
     *
     * @return how it ended; never throws a {@link DatabaseException}
     */
    public <T extends @Nullable Object> Attempt<T> attempt(String operation, SqlWork<T> work) {
        return Attempt.of(() -> query(operation, work));
    }

    /**
     * Asks again what became of a transaction, with the token of a {@link CommitOutcomeUnknownException}; in this process
     * or in another that has opened the same database under the same name. Whoever asks decides: a transaction that has not
     * been committed by now never will be. Blocks for the timeout of {@link DatabaseConfig#outcome()} at most, and a
     * little.
     *
     * @return {@link CommitOutcome#UNKNOWN} when the database does not answer in time, or the token is older than six days
     * @throws IllegalArgumentException when it is no token of this database's
     */
    public CommitOutcome commitOutcome(String token) {
        return resolver.resolve(token);
    }

    /** What the last check found, with the pool as it is now. Returns at once. */
    @Override
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
    @Override
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

    /** Whether calls are refused at once because the database is in trouble. Returns at once. */
    public BreakerReport breaker() {
        return breaker.report();
    }

    /**
     * Has somebody told when the {@link #breaker} has opened or closed.
     *
     * @param listener called on a worker; it must not block, and what it throws is logged
     */
    public void addBreakerListener(Consumer<BreakerReport> listener) {
        breaker.addListener(listener);
    }

    /** Tells that one no longer. */
    public void removeBreakerListener(Consumer<BreakerReport> listener) {
        breaker.removeListener(listener);
    }

    /** Has somebody told of each call that is tried again. */
    public void addRetryObserver(RetryObserver observer) {
        retrier.observers().add(observer);
    }

    /** Tells him no more but the end of what he was told has begun. */
    public void removeRetryObserver(RetryObserver observer) {
        retrier.observers().remove(observer);
    }

    /** The state of the pool now. */
    @Override
    public PoolSnapshot snapshot() {
        return dataSource.snapshot();
    }

    /** Who holds a connection now, longest first. */
    @Override
    public List<Lease> leases() {
        return dataSource.leases();
    }

    /** The settings in force. */
    @Override
    public DatabaseConfig config() {
        return settings.get();
    }

    /**
     * Applies other settings while it runs: sizes and limits of the pool, a new password for the same user, retry,
     * health, what is logged and the slow-query threshold. They are in force for all that begins afterwards; calls under way end by what
     * they began with. Returns without waiting for connections; calls of it come one after the other. Where several
     * names of a {@link DatabaseManager} mean this database, it changes for all of them.
     *
     * @return what counts now, and what differs and takes a restart
     * @throws IllegalStateException when this database is closed
     */
    public DatabaseReconfiguration reconfigure(DatabaseConfig wanted) {
        return settings.change(wanted, dataSource, health);
    }

    /**
     * How PostgreSQL (12 and later) would run a statement whatever its parameters are. The statement is not run. Asked over
     * a connection of its own; waits {@code connectTimeout} for it at most, and then some seconds.
     *
     * @param sql one single statement, with {@code ?} for parameters
     * @return the lines of the plan, with the planner's costs
     * @throws IllegalArgumentException when it is not one single statement that has a plan
     * @throws DatabaseException when the database refuses, or cannot be asked
     * @throws UnsupportedOperationException elsewhere than on PostgreSQL
     */
    @Override
    public List<String> explain(String sql) {
        if (Dialect.of(config().pool().jdbcUrl()) != Dialect.POSTGRESQL) {
            throw new UnsupportedOperationException(
                    "plans are asked of PostgreSQL only; ask " + name() + " with EXPLAIN by hand");
        }
        var numbered = NumberedSql.of(sql)
                .orElseThrow(
                        () -> new IllegalArgumentException("not one single statement that has a plan; give a SELECT,"
                                + " INSERT, UPDATE, DELETE, MERGE or VALUES"));
        return retrier.run("explain", Effect.UNKNOWN, progress -> {
            try (var connection = dataSource.openUnpooled(config().pool().connectTimeout())) {
                return PlanQuestion.apart(connection, statement -> PlanQuestion.plan(statement, "VERBOSE", numbered));
            }
        });
    }

    /**
     * Has the plans of statements looked at which take much time, for tables that they read from the first row to the
     * last: one with each health check, over its connection, each once an hour, as many as wait up to 20. They are not
     * run. From then on the longest of {@code pg_stat_statements} are looked at as well, where that is installed. Returns
     * at once; elsewhere than on PostgreSQL, and without health checks, nothing comes of it.
     */
    @Override
    public void examine(List<Suspect> suspects) {
        asked.tableScans().examine(suspects, System.nanoTime());
    }

    /** What {@link #examine} has led to in the last hour: statements that may lack an index. */
    @Override
    public List<TableScan> tableScans() {
        return asked.tableScans().found(System.nanoTime());
    }

    @Override
    public void addListener(PoolListener listener) {
        dataSource.addListener(listener);
    }

    @Override
    public void removeListener(PoolListener listener) {
        dataSource.removeListener(listener);
    }

    @Override
    public void addObserver(StatementObserver observer) {
        dataSource.addObserver(observer);
    }

    @Override
    public void removeObserver(StatementObserver observer) {
        dataSource.removeObserver(observer);
    }

    @Override
    public List<HostSnapshot> hosts() {
        return dataSource.hosts();
    }

    /** The pool, for what wants a {@link javax.sql.DataSource}. */
    public WellheadDataSource dataSource() {
        return dataSource;
    }

    /** The calls so far. */
    @Override
    public CallCounters counters() {
        return retrier.meter().counters();
    }

    /** Ends the health checks and closes the pool, which waits {@code closeTimeout} for leases. */
    @Override
    public void close() {
        statistics.close();
        health.close();
        if (management != null) {
            management.close();
        }
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
}
