// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoSocketWriteException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.wellhead.pool.Secret;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client with one connection, for questions past the pool. Opened anew every five minutes or so, so that a login that was
 * revoked is noticed, and after a wait was cut. Any thread may call.
 */
public final class ControlClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);
    private static final String ADMIN = "admin";
    private static final Document PING = new Document("ping", 1);
    private static final Document STATUS = Document.parse(
            "{serverStatus: 1, repl: 0, metrics: 0, locks: 0, wiredTiger: 0, tcmalloc: 0, opLatencies: 0}");
    private static final long NEW_LOGIN_NANOS = Duration.ofMinutes(5).toNanos();

    private final String pool;
    private final Supplier<MongoClientSettings> settings;
    private @Nullable MongoClient client;
    private long renewNanos;
    private boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param pool the name in lines of logs
     */
    public ControlClient(String pool, Supplier<MongoClientSettings> settings) {
        this.pool = pool;
        this.settings = settings;
    }

    /** Returns when a server that can take the work has answered. */
    public void ping() {
        try {
            admin().runCommand(PING);
        } catch (MongoSocketReadException | MongoSocketWriteException e) {
            // It may have died while nobody looked: a new one tells.
            LOG.debug(
                    "control connection lost pool={} cause={}",
                    pool,
                    e.getClass().getSimpleName());
            admin().runCommand(PING);
        } catch (MongoTimeoutException e) {
            // Only its text says why no server was found: because one did not answer, or because it said no.
            if (e.getCause() == null && String.valueOf(e.getMessage()).contains("SocketTimeoutException")) {
                e.initCause(new SocketTimeoutException("no answer"));
            }
            throw e;
        }
    }

    private synchronized MongoDatabase admin() {
        if (closed) {
            throw new IllegalStateException("MongoDB " + pool + " is closed; open another client");
        }
        var known = client;
        if (known != null && System.nanoTime() - renewNanos >= 0) {
            cut();
            known = null;
        }
        if (known == null) {
            known = MongoClients.create(settings.get());
            client = known;
            renewNanos = System.nanoTime()
                    + (long) (NEW_LOGIN_NANOS * ThreadLocalRandom.current().nextDouble(0.8, 1.2));
        }
        return known.getDatabase(ADMIN);
    }

    /** The server's own count of connections, where the login may read it: current, available and created. */
    public Map<String, Double> serverConnections() {
        try {
            var counted = admin().runCommand(STATUS).get("connections", Document.class);
            var found = new TreeMap<String, Double>();
            if (counted != null) {
                add(found, "server-connections-current", counted.get("current"));
                add(found, "server-connections-available", counted.get("available"));
                add(found, "server-connections-created", counted.get("totalCreated"));
            }
            return found;
        } catch (MongoException | IllegalStateException e) {
            // Mostly because the login may not read it: the role is clusterMonitor.
            LOG.debug("mongodb status not read pool={}", pool, Secret.mask(e));
            return Map.of();
        }
    }

    private static void add(Map<String, Double> readings, String name, @Nullable Object value) {
        if (value instanceof Number number) {
            readings.put(name, number.doubleValue());
        }
    }

    /** Ends a wait for an answer; the next question opens another. */
    public synchronized void cut() {
        var cut = client;
        client = null;
        if (cut != null) {
            Closing.begin(cut);
        }
    }

    /** Asks no more. */
    @Override
    public synchronized void close() {
        closed = true;
        cut();
    }
}
