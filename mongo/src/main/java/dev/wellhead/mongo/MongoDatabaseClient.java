// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.wellhead.database.BreakerReport;
import dev.wellhead.database.CallCounters;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Phase;
import dev.wellhead.database.Severity;
import dev.wellhead.database.Supervision;
import dev.wellhead.database.Verdict;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.mongo.internal.Closing;
import dev.wellhead.mongo.internal.Commands;
import dev.wellhead.mongo.internal.Commit;
import dev.wellhead.mongo.internal.ControlClient;
import dev.wellhead.mongo.internal.EventQueue;
import dev.wellhead.mongo.internal.MongoErrors;
import dev.wellhead.mongo.internal.OpenWork.Kind;
import dev.wellhead.mongo.internal.PoolEvents;
import dev.wellhead.mongo.internal.Servers;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.spi.StatementObserver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MongoDB among the databases of a {@link dev.wellhead.database.DatabaseManager}: one client of MongoDB's own driver, which
 * keeps the connections, with what Wellhead knows of a pool made of what the driver tells.
 *
 * <p>The {@linkplain #client() client} is the driver's, for all that it can do; records and plain objects are read and
 * written by its codecs. Health is asked over a client of its own with one connection, never through the pool, and waits
 * for nobody who uses that.
 *
 * <p>Thread-safe. Opened and closed by its manager, or by {@link #open()} and {@link #close()}.
 */
public final class MongoDatabaseClient implements ManagedResource, MonitoredDatabase, HealthPart {

    private static final Logger LOG = LoggerFactory.getLogger(MongoDatabaseClient.class);
    private static final String DEFAULT_DATABASE = "test";
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private final MongoConfig config;
    /** Read once: to read a connection string may ask the DNS. */
    private final String database;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final EventQueue queue;
    private final Commands commands;
    private final PoolEvents events;
    private final Servers servers;
    private final ControlClient control;
    private final Supervision supervision;
    private volatile @Nullable MongoClient client;

    /** Opens nothing yet. */
    public MongoDatabaseClient(MongoConfig config) {
        this.config = config;
        var named = config.connectionString().getDatabase();
        this.database = named == null ? DEFAULT_DATABASE : named;
        this.queue = new EventQueue(config.name());
        this.commands = new Commands(
                config.name(), config.minSize(), config.maxSize(), System::nanoTime, queue, this::told, this::doubted);
        this.events = commands.pool();
        this.servers = new Servers(config.name(), events, queue);
        this.control = new ControlClient(config.name(), () -> DriverSettings.ofControl(config));
        this.supervision = new Supervision(config.databaseConfig(), new Target());
    }

    /** What the core asks of it. */
    private final class Target implements Supervision.Target {

        @Override
        public PoolSnapshot snapshot() {
            return events.snapshot();
        }

        @Override
        public List<Lease> leases() {
            return events.leases();
        }

        @Override
        public boolean ask(Duration limit) {
            control.ping();
            return false;
        }

        @Override
        public void cut() {
            control.cut();
        }

        @Override
        public Optional<Supervision.Fault> judge(RuntimeException error, Phase phase) {
            return MongoErrors.judge(error, phase, commands.statement());
        }
    }

    private SQLException told(RuntimeException error) {
        return supervision.told(error, Phase.AUTOCOMMIT_SENT);
    }

    private void doubted() {
        supervision.doubted();
    }

    @Override
    public String name() {
        return config.name();
    }

    /** What it was made with. */
    public MongoConfig settings() {
        return config;
    }

    /**
     * Connects, and returns when a server that can take the work answers and the least number of connections is open to it.
     * Tries as often as {@link MongoConfig#connectAttempts}, with pauses of 1 s, 2 s and so on to 30 s; a login that is
     * refused is not tried again. A second call does nothing.
     *
     * @throws MongoStartException when it could not be reached
     * @throws IllegalStateException when it is closed
     */
    @Override
    public synchronized void open() {
        if (client != null) {
            return;
        }
        if (isClosed()) {
            throw closed();
        }
        long began = System.nanoTime();
        var fresh = MongoClients.create(DriverSettings.of(config, events, commands, servers));
        boolean opened = false;
        try {
            new Opening(config, ended).connect(fresh, began);
            warmUp();
            client = fresh;
            supervision.start();
            opened = true;
        } finally {
            if (!opened) {
                fresh.close();
            }
        }
        LOG.info(
                "mongodb connected pool={} total={} minSize={} maxSize={} tookMs={}",
                name(),
                events.total(),
                config.minSize(),
                config.maxSize(),
                millisSince(began));
    }

    /** The driver opens the least number by itself; this waits for it no longer than one connect may take. */
    private void warmUp() {
        long deadline = System.nanoTime() + config.connectTimeout().toNanos();
        while (events.total() < config.minSize() && System.nanoTime() - deadline < 0 && !isClosed()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * The driver's client, with this pool.
     *
     * @throws IllegalStateException when it is not open
     */
    public MongoClient client() {
        return opened(client);
    }

    /**
     * The database that the connection string names; {@code test} where it names none, as everywhere in MongoDB.
     *
     * @throws IllegalStateException when it is not open
     */
    public MongoDatabase database() {
        return client().getDatabase(database);
    }

    private MongoClient opened(@Nullable MongoClient which) {
        if (isClosed()) {
            throw closed();
        }
        if (which == null) {
            throw new IllegalStateException("MongoDB " + name() + " is not open; open it, or the manager that has it");
        }
        return which;
    }

    private IllegalStateException closed() {
        return new IllegalStateException("MongoDB " + name() + " is closed; open another client");
    }

    private boolean isClosed() {
        return ended.getCount() == 0;
    }

    // Calls.

    /**
     * Reads: as with {@link dev.wellhead.database.Database#query}, tried again when it fails by the connection or the
     * server, also when it may have run.
     *
     * @param operation name of the work, for logs, leases and statistics
     * @throws DatabaseException when it failed for good; what the work threw itself goes through
     */
    public <T extends @Nullable Object> T query(String operation, MongoWork<T> work) {
        requireNoTransaction(operation);
        return commands.around(operation, false, () -> supervision.read(operation, course -> call(course, work)));
    }

    /**
     * Writes: tried again only when nothing of it was sent. The driver by itself sends a single write once more where that
     * cannot double it.
     *
     * @param operation name of the work, for logs, leases and statistics
     * @throws DatabaseException when it failed; what the work threw itself goes through
     */
    public <T extends @Nullable Object> T update(String operation, MongoWork<T> work) {
        requireNoTransaction(operation);
        return commands.around(operation, false, () -> supervision.write(operation, course -> call(course, work)));
    }

    private <T extends @Nullable Object> T call(Supervision.Course course, MongoWork<T> work) {
        var whole = database();
        commands.begin(course);
        try {
            return work.run(course.left()
                    .map(left -> whole.withTimeout(millis(left), TimeUnit.MILLISECONDS))
                    .orElse(whole));
        } finally {
            commands.end();
        }
    }

    /**
     * A transaction, committed when the work returns and undone when it throws. Run again as a whole, with pauses, when it
     * was undone for certain by a conflict or a lost server, up to the retries and the budget of the settings. When the
     * answer to the commit is lost, what became of it is found out by sending the commit again, for
     * {@link dev.wellhead.database.OutcomePolicy#timeout}; what is under way then is waited for, which the driver's limits
     * end.
     *
     * <p>The limit is {@link dev.wellhead.database.TimeLimits#transaction}, or that of a {@link
     * dev.wellhead.database.Deadline}; the driver grants the commit the same time once more. Needs a replica set or a
     * sharded cluster.
     *
     * @param operation name of the work, for logs, leases and statistics
     * @throws dev.wellhead.database.CommitOutcomeUnknownException when nobody can say whether it was committed
     * @throws DatabaseException when it failed for good; what the work threw itself goes through
     */
    public <T extends @Nullable Object> T transaction(String operation, MongoTransactionWork<T> work) {
        requireNoTransaction(operation);
        return commands.around(
                operation,
                true,
                () -> supervision.transaction(operation, course -> transacted(operation, course, work)));
    }

    private <T extends @Nullable Object> T transacted(
            String operation, Supervision.Course course, MongoTransactionWork<T> work) {
        var options = ClientSessionOptions.builder();
        course.left().ifPresent(left -> options.defaultTimeout(millis(left), TimeUnit.MILLISECONDS));
        // Closing the session undoes what was not committed.
        try (var session = client().startSession(options.build())) {
            commands.begin(course);
            session.startTransaction();
            return committed(operation, course, session, work);
        } finally {
            commands.end();
        }
    }

    private <T extends @Nullable Object> T committed(
            String operation, Supervision.Course course, ClientSession session, MongoTransactionWork<T> work) {
        try {
            T result = work.run(new MongoTransaction(session, database(), course));
            if (!session.hasActiveTransaction()) {
                throw new IllegalStateException("The work of transaction \"" + operation
                        + "\" has ended it: leave commit and abort to the call, and throw to undo it");
            }
            var policy = config.policies().outcome();
            var limit = policy.mode() == CommitOutcomeMode.OFF ? Duration.ZERO : policy.timeout();
            new Commit(name(), operation, limit, ended).run(session, course, commands);
            return result;
        } finally {
            commands.ended(session);
        }
    }

    private void requireNoTransaction(String operation) {
        if (commands.isInTransaction()) {
            throw new IllegalStateException("\"" + operation
                    + "\" was called inside of a transaction of the same database, of which it would be no part: use the"
                    + " transaction's session, or make the call outside");
        }
    }

    /** At least one: to the driver 0 means no limit. */
    private static long millis(Duration left) {
        return Math.max(1, left.toMillis());
    }

    // What others see.

    @Override
    public DatabaseConfig config() {
        return supervision.config();
    }

    @Override
    public HealthReport health() {
        return supervision.health();
    }

    @Override
    public HealthReport checkHealth() {
        return supervision.checkHealth();
    }

    @Override
    public CallCounters counters() {
        return supervision.counters();
    }

    /** Whether calls are refused at once because the database is in trouble. */
    public BreakerReport breaker() {
        return supervision.breaker();
    }

    @Override
    public void addListener(PoolListener listener) {
        queue.add(listener);
    }

    @Override
    public void removeListener(PoolListener listener) {
        queue.remove(listener);
    }

    @Override
    public void addObserver(StatementObserver observer) {
        commands.observers().add(observer);
    }

    @Override
    public void removeObserver(StatementObserver observer) {
        commands.observers().remove(observer);
    }

    /** The servers of the set or cluster; none where there is but one. */
    @Override
    public List<HostSnapshot> hosts() {
        return servers.hosts();
    }

    @Override
    public boolean isSql() {
        return false;
    }

    @Override
    public PoolSnapshot snapshot() {
        return events.snapshot();
    }

    @Override
    public List<Lease> leases() {
        return events.leases();
    }

    /**
     * Waits until nobody holds a connection. The driver has no way to refuse newcomers: stop the work first.
     *
     * @return whether that was so in time
     */
    @Override
    public boolean drain(Duration limit) throws InterruptedException {
        events.state(PoolState.DRAINING);
        long deadline = System.nanoTime() + limit.toNanos();
        while (events.active() > 0 && System.nanoTime() - deadline < 0) {
            if (ended.await(LOOK_NANOS, TimeUnit.NANOSECONDS)) {
                break;
            }
        }
        return events.active() == 0;
    }

    /**
     * Closes the connections that nobody uses at once, and those in use as they are given back; {@link #drain} first. Waits
     * five seconds at most for the server to be told. Ends an {@link #open()} that still tries.
     */
    @Override
    public void close() {
        ended.countDown();
        closeClients();
    }

    private synchronized void closeClients() {
        var open = client;
        client = null;
        supervision.close();
        control.close();
        events.state(PoolState.CLOSED);
        commands.open().forget();
        if (open != null) {
            try {
                Closing.begin(open).join(LONGEST_CLOSE.toMillis());
            } catch (InterruptedException e) {
                // It goes on by itself.
                Thread.currentThread().interrupt();
            }
            LOG.info("mongodb closed pool={} open={}", name(), events.total());
        }
    }

    /**
     * Whether a server that can take the work answers within {@link dev.wellhead.database.HealthPolicy#limit()}; asked past
     * the pool. Looks for connections, cursors and transactions that were not given back for longer than
     * {@link MongoConfig#leakThreshold} too, and logs each of them once.
     */
    @Override
    public void check() {
        tellSuspects();
        opened(client);
        var report = supervision.checkHealth();
        if (!isAnswered(report.verdict())) {
            throw new IllegalStateException(report.error().orElse("no answer"));
        }
    }

    private static boolean isAnswered(Verdict verdict) {
        return switch (verdict) {
            case HEALTHY, POOL_SATURATED, LEAK_SUSPECTED, READ_ONLY -> true;
            default -> false;
        };
    }

    private void tellSuspects() {
        if (config.leakThreshold().isZero()) {
            return;
        }
        long nanos = config.leakThreshold().toNanos();
        for (var lease : events.newSuspects(nanos)) {
            LOG.warn(
                    "leak suspected pool={} connection={} lease={} heldMs={} thresholdMs={} thread=\"{}\" operation=\"{}\"",
                    name(),
                    lease.connectionId(),
                    lease.number(),
                    lease.held().toMillis(),
                    config.leakThreshold().toMillis(),
                    lease.thread(),
                    lease.operation());
        }
        var open = commands.open().newSuspects(nanos);
        events.suspected(open.size());
        for (var one : open) {
            LOG.warn(
                    "leak suspected pool={} open={} openMs={} idleMs={} thresholdMs={} thread=\"{}\" operation=\"{}\"",
                    name(),
                    one.kind().name().toLowerCase(Locale.ROOT),
                    one.open().toMillis(),
                    one.idle().toMillis(),
                    config.leakThreshold().toMillis(),
                    one.thread(),
                    one.operation());
        }
    }

    @Override
    public Duration limit() {
        return config.policies().health().limit().plusSeconds(1);
    }

    /**
     * The pool's numbers, what is open on the server, and the server's count of connections where the login may read it:
     * {@code active}, {@code idle}, {@code waiting}, {@code total}, {@code max-size}, {@code refused},
     * {@code open-cursors}, {@code open-transactions}, {@code server-connections-current}, {@code -available} and
     * {@code -created}.
     */
    @Override
    public Map<String, Double> readings() {
        var now = snapshot();
        var readings = new TreeMap<String, Double>();
        readings.put("active", (double) now.active());
        readings.put("idle", (double) now.idle());
        readings.put("waiting", (double) now.waiting());
        readings.put("total", (double) now.total());
        readings.put("max-size", (double) now.maxSize());
        readings.put("refused", (double) now.counters().refusedTotal());
        readings.put("open-cursors", (double) commands.open().count(Kind.CURSOR));
        readings.put("open-transactions", (double) commands.open().count(Kind.TRANSACTION));
        readings.putAll(control.serverConnections());
        return readings;
    }

    @Override
    public List<PartAlert> alerts() {
        return List.of(new PartAlert(
                "MONGODB_POOL_SATURATED",
                "waiting",
                Severity.WARNING,
                0,
                0,
                Duration.ofSeconds(10),
                "",
                "Callers wait for a connection to MongoDB: shorten the work that holds them, or raise max-size."));
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    @Override
    public String toString() {
        return "MongoDatabaseClient[" + name() + "]";
    }
}
