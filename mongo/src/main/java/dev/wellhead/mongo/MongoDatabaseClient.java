// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.Severity;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.mongo.internal.PoolEvents;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
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
public final class MongoDatabaseClient implements ManagedResource, HealthPart {

    private static final Logger LOG = LoggerFactory.getLogger(MongoDatabaseClient.class);
    private static final String DEFAULT_DATABASE = "test";
    private static final String ADMIN = "admin";
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Document PING = new Document("ping", 1);
    private static final Document STATUS = Document.parse(
            "{serverStatus: 1, repl: 0, metrics: 0, locks: 0, wiredTiger: 0, tcmalloc: 0, opLatencies: 0}");

    private final MongoConfig config;
    private final PoolEvents events;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable MongoClient client;
    private volatile @Nullable MongoClient control;

    /** Opens nothing yet. */
    public MongoDatabaseClient(MongoConfig config) {
        this.config = config;
        this.events = new PoolEvents(config.name(), config.minSize(), config.maxSize(), System::nanoTime);
    }

    @Override
    public String name() {
        return config.name();
    }

    /** What it was made with. */
    public MongoConfig config() {
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
        var fresh = MongoClients.create(settings());
        boolean opened = false;
        try {
            connect(fresh, began);
            warmUp();
            control = MongoClients.create(controlSettings());
            client = fresh;
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

    private void connect(MongoClient fresh, long began) {
        var pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            try {
                fresh.getDatabase(ADMIN).runCommand(PING);
                return;
            } catch (MongoException e) {
                var code = e instanceof MongoSecurityException ? ErrorCode.E2008 : ErrorCode.E2003;
                boolean isFinal = e instanceof MongoSecurityException || e instanceof MongoConfigurationException;
                if (isFinal || attempt >= config.connectAttempts()) {
                    throw new MongoStartException(name(), code, attempt, millisSince(began), e);
                }
                LOG.warn(
                        "mongodb not reached pool={} attempt={}/{} nextInMs={} cause={}",
                        name(),
                        attempt,
                        config.connectAttempts(),
                        pause.toMillis(),
                        e.getClass().getSimpleName());
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
    }

    /** The driver opens the least number by itself; this waits for it no longer than one connect may take. */
    private void warmUp() {
        long deadline = System.nanoTime() + config.connectTimeout().toNanos();
        while (events.total() < config.minSize() && System.nanoTime() - deadline < 0 && !isClosed()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void pause(Duration pause) {
        try {
            if (ended.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw closed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while MongoDB " + name() + " was opened", e);
        }
    }

    private MongoClientSettings settings() {
        return MongoClientSettings.builder()
                .applyConnectionString(config.connectionString())
                .applyToConnectionPoolSettings(pool -> pool.minSize(config.minSize())
                        .maxSize(config.maxSize())
                        .maxConnectionIdleTime(config.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .maxWaitTime(config.acquireTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        // The driver's own look at idle connections; it is also how soon missing ones are opened.
                        .maintenanceFrequency(1, TimeUnit.SECONDS)
                        .addConnectionPoolListener(events))
                .applyToSocketSettings(
                        socket -> socket.connectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                                .readTimeout(config.socketTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .applyToClusterSettings(cluster ->
                        cluster.serverSelectionTimeout(config.selectionTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .addCommandListener(events)
                .retryWrites(true)
                .retryReads(true)
                .build();
    }

    /** One connection, and no answer that is waited for longer than a check may take. */
    private MongoClientSettings controlSettings() {
        long limit = CHECK_LIMIT.toMillis();
        return MongoClientSettings.builder()
                .applyConnectionString(config.connectionString())
                .applicationName("wellhead-health")
                .applyToConnectionPoolSettings(
                        pool -> pool.minSize(0).maxSize(1).maxWaitTime(limit, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket ->
                        socket.connectTimeout(limit, TimeUnit.MILLISECONDS).readTimeout(limit, TimeUnit.MILLISECONDS))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(limit, TimeUnit.MILLISECONDS))
                .build();
    }

    /**
     * The driver's client, with this pool.
     *
     * @throws IllegalStateException when it is not open
     */
    public MongoClient client() {
        return open(client);
    }

    /**
     * The database that the connection string names; {@code test} where it names none, as everywhere in MongoDB.
     *
     * @throws IllegalStateException when it is not open
     */
    public MongoDatabase database() {
        var named = config.connectionString().getDatabase();
        return client().getDatabase(named == null ? DEFAULT_DATABASE : named);
    }

    private MongoClient open(@Nullable MongoClient which) {
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

    @Override
    public PoolSnapshot snapshot() {
        return events.snapshot();
    }

    /** Who holds a connection, since when, for which command; the longest first. Never waits. */
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

    /** Closes all connections at once, those in use too; {@link #drain} first. Ends an {@link #open()} that still tries. */
    @Override
    public void close() {
        ended.countDown();
        closeClients();
    }

    private synchronized void closeClients() {
        var open = client;
        var asked = control;
        client = null;
        control = null;
        if (asked != null) {
            asked.close();
        }
        events.state(PoolState.CLOSED);
        if (open != null) {
            open.close();
            LOG.info("mongodb closed pool={} open={}", name(), events.total());
        }
    }

    /**
     * Whether a server that can take the work answers within five seconds; asked past the pool. Looks for connections held
     * for longer than {@link MongoConfig#leakThreshold} too, and logs each lease of them once.
     */
    @Override
    public void check() {
        tellSuspects();
        open(control).getDatabase(ADMIN).runCommand(PING);
    }

    private void tellSuspects() {
        if (config.leakThreshold().isZero()) {
            return;
        }
        for (var lease : events.newSuspects(config.leakThreshold().toNanos())) {
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
    }

    @Override
    public Duration limit() {
        return CHECK_LIMIT.plusSeconds(1);
    }

    /**
     * The pool's numbers, and the server's count of connections where the login may read it: {@code active}, {@code idle},
     * {@code waiting}, {@code total}, {@code max-size}, {@code server-connections-current}, {@code -available} and
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
        readings.putAll(serverConnections());
        return readings;
    }

    private Map<String, Double> serverConnections() {
        try {
            var counted = open(control).getDatabase(ADMIN).runCommand(STATUS).get("connections", Document.class);
            var found = new TreeMap<String, Double>();
            if (counted != null) {
                add(found, "server-connections-current", counted.get("current"));
                add(found, "server-connections-available", counted.get("available"));
                add(found, "server-connections-created", counted.get("totalCreated"));
            }
            return found;
        } catch (MongoCommandException e) {
            // The login may not read it: the role is clusterMonitor.
            LOG.debug("mongodb status not read pool={} code={}", name(), e.getErrorCode(), Secret.mask(e));
            return Map.of();
        }
    }

    private static void add(Map<String, Double> readings, String name, @Nullable Object value) {
        if (value instanceof Number number) {
            readings.put(name, number.doubleValue());
        }
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
