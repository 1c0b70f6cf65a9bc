// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoClientException;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.connection.ConnectionId;
import com.mongodb.event.ConnectionCheckOutFailedEvent;
import com.mongodb.event.ConnectionCheckOutStartedEvent;
import com.mongodb.event.ConnectionCheckedInEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionClosedEvent;
import com.mongodb.event.ConnectionCreatedEvent;
import com.mongodb.event.ConnectionPoolClosedEvent;
import com.mongodb.event.ConnectionPoolCreatedEvent;
import com.mongodb.event.ConnectionPoolListener;
import com.mongodb.event.ConnectionReadyEvent;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what the driver tells of its pools, one for each server, the numbers of one pool, and knows who holds what.
 *
 * <p>The driver calls on the threads of callers, so nothing here waits for more than another event. All fields are guarded
 * by this object. Events of one connection come in their order; a connection is created, then ready, then closed.
 */
public final class PoolEvents implements ConnectionPoolListener {

    private static final int MOST_SHOWN = 100;

    /** Who holds a connection. */
    private static final class Held {
        private final ConnectionId connection;
        private final int number;
        private final String thread;
        private final long waitNanos;
        private final long sinceNanos;
        private final Instant since;
        /** That of the call, as its caller named it; empty for what is done without one. */
        private final String call;

        private String operation = "";
        private String statement = "";
        private boolean hasRun;
        private long runNanos;
        private boolean running;
        private long changedNanos;
        private boolean suspected;

        private Held(ConnectionId connection, int number, String thread, String call, long waitNanos, long nanos) {
            this.connection = connection;
            this.number = number;
            this.thread = thread;
            this.call = call;
            this.waitNanos = waitNanos;
            this.sinceNanos = nanos;
            this.since = Instant.now();
            this.changedNanos = nanos;
        }
    }

    private final String name;
    private final int minSize;
    private final int maxSize;
    private final LongSupplier clock;
    private final EventQueue queue;
    private final Told told;

    private PoolState state = PoolState.RUNNING;
    /** Servers that are known, each of which has a pool of its own. */
    private int pools;
    /** Open connections by the driver's number, and how often each was handed out. */
    private final Map<Long, Integer> open = new HashMap<>();
    /** Where those lead. */
    private final Map<Long, String> hosts = new HashMap<>();
    /** Those being opened, by the driver's number. */
    private final Map<Long, Boolean> opening = new HashMap<>();

    private final Map<Long, Held> held = new LinkedHashMap<>();
    /** Who waits since when, by the driver's number of the operation, the first first; true: a connection was idle. */
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();

    private final Map<RefusalReason, Long> refused = new EnumMap<>(RefusalReason.class);
    private final Map<EvictReason, Long> closed = new EnumMap<>(EvictReason.class);
    private long direct;
    private long waited;
    private long released;
    private long opened;
    private long openFailed;
    private long openAttempts;
    private long reconnected;
    private long leaks;
    /** Connections lost and not yet made up for. */
    private long lost;

    private PoolSnapshot.@Nullable OpenFailure lastFailure;

    private int peakActive;
    private long acquireNanos;
    private long useNanos;
    private double activeNanos;
    private long lookedNanos;
    private final long beganNanos;

    private record Waiting(long sinceNanos, boolean isDirect) {}

    /** Who is told on the threads of callers, without a lock held. */
    interface Told {

        /** The name of the call that the thread works for; empty for none. */
        String call();

        /** A caller has waited, for a connection or in vain. */
        void waited(String operation, long waitNanos, @Nullable RuntimeException refused);

        /** A connection was given back. */
        void leaseEnded(String operation, String command, long waitNanos, long heldNanos, long runNanos);

        /** Something speaks against the server. */
        void doubted();
    }

    /**
     * Knows of nothing yet.
     *
     * @param minSize of each server
     * @param maxSize of each server
     * @param clock of nanoseconds
     */
    PoolEvents(String name, int minSize, int maxSize, LongSupplier clock, EventQueue queue, Told told) {
        this.name = name;
        this.minSize = minSize;
        this.maxSize = maxSize;
        this.clock = clock;
        this.queue = queue;
        this.told = told;
        this.beganNanos = clock.getAsLong();
        this.lookedNanos = beganNanos;
        for (var reason : RefusalReason.values()) {
            refused.put(reason, 0L);
        }
        for (var reason : EvictReason.values()) {
            closed.put(reason, 0L);
        }
    }

    /** What its owner does with callers. */
    public synchronized void state(PoolState value) {
        state = value;
    }

    /** Who holds a connection now. */
    public synchronized int active() {
        return held.size();
    }

    /** Connections that are open now. */
    public synchronized int total() {
        return open.size();
    }

    private static String host(ConnectionId connection) {
        return connection.getServerId().getAddress().toString();
    }

    /** Connections to that server that are open. */
    synchronized int total(String host) {
        return (int) hosts.values().stream().filter(host::equals).count();
    }

    /** Connections to that server that are held. */
    synchronized int active(String host) {
        return (int) held.values().stream()
                .filter(lease -> host(lease.connection).equals(host))
                .count();
    }

    /** A server could not be reached. */
    synchronized void notReached(String why) {
        lastFailure = new PoolSnapshot.OpenFailure(Instant.now(), "", why);
    }

    @Override
    public synchronized void connectionPoolCreated(ConnectionPoolCreatedEvent event) {
        pools++;
    }

    @Override
    public synchronized void connectionPoolClosed(ConnectionPoolClosedEvent event) {
        pools--;
    }

    @Override
    public synchronized void connectionCreated(ConnectionCreatedEvent event) {
        opening.put(event.getConnectionId().getLocalValue(), true);
        openAttempts++;
    }

    @Override
    public synchronized void connectionReady(ConnectionReadyEvent event) {
        long connection = event.getConnectionId().getLocalValue();
        opening.remove(connection);
        open.put(connection, 0);
        hosts.put(connection, host(event.getConnectionId()));
        opened++;
        queue.tell(
                new PoolEvent.Opened(name, connection, Duration.ofNanos(event.getElapsedTime(TimeUnit.NANOSECONDS))));
        if (lost > 0) {
            lost--;
            reconnected++;
        }
    }

    @Override
    public void connectionClosed(ConnectionClosedEvent event) {
        long connection = event.getConnectionId().getLocalValue();
        var reason = reason(event.getReason());
        var lease = closed(connection, reason);
        tell(lease);
        if (reason.isLoss()) {
            told.doubted();
        }
    }

    private synchronized @Nullable Held closed(long connection, EvictReason reason) {
        if (opening.remove(connection) != null) {
            openFailed++;
            lost = Math.max(lost, 1);
            queue.tell(new PoolEvent.OpenFailed(
                    name, new MongoException("closed by the driver before it was open"), Duration.ZERO));
            return null;
        }
        if (open.remove(connection) == null) {
            return null;
        }
        hosts.remove(connection);
        var lease = release(connection);
        closed.merge(reason, 1L, Long::sum);
        if (reason.isLoss()) {
            lost++;
        }
        queue.tell(new PoolEvent.Closed(name, connection, reason));
        return lease;
    }

    private static EvictReason reason(ConnectionClosedEvent.Reason reason) {
        return switch (reason) {
            // The driver's word for all connections of a server of which one was lost.
            case STALE, ERROR -> EvictReason.BROKEN;
            case IDLE -> EvictReason.IDLE_TIMEOUT;
            case POOL_CLOSED -> EvictReason.POOL_CLOSED;
        };
    }

    @Override
    public synchronized void connectionCheckOutStarted(ConnectionCheckOutStartedEvent event) {
        int idle = open.size() - held.size();
        waiting.put(event.getOperationId(), new Waiting(clock.getAsLong(), idle > waiting.size()));
    }

    @Override
    public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
        long waitNanos = event.getElapsedTime(TimeUnit.NANOSECONDS);
        var call = told.call();
        boolean isDirect = acquired(event, call, waitNanos);
        if (!isDirect) {
            told.waited(call, waitNanos, null);
        }
    }

    private synchronized boolean acquired(ConnectionCheckedOutEvent event, String call, long waitNanos) {
        look();
        var asked = waiting.remove(event.getOperationId());
        boolean isDirect = asked != null && asked.isDirect;
        if (isDirect) {
            direct++;
        } else {
            waited++;
        }
        acquireNanos += waitNanos;
        var connection = event.getConnectionId();
        int number = open.merge(connection.getLocalValue(), 1, Integer::sum);
        held.put(
                connection.getLocalValue(),
                new Held(
                        connection,
                        number,
                        CommandShape.safe(Thread.currentThread().getName(), MOST_SHOWN),
                        call,
                        isDirect ? 0 : waitNanos,
                        clock.getAsLong()));
        peakActive = Math.max(peakActive, held.size());
        queue.tell(new PoolEvent.Acquired(name, connection.getLocalValue(), call, Duration.ofNanos(waitNanos)));
        return isDirect;
    }

    @Override
    public void connectionCheckOutFailed(ConnectionCheckOutFailedEvent event) {
        var reason = reason(event.getReason());
        long waitNanos = event.getElapsedTime(TimeUnit.NANOSECONDS);
        synchronized (this) {
            waiting.remove(event.getOperationId());
            refused.merge(reason, 1L, Long::sum);
            queue.tell(new PoolEvent.TimedOut(name, reason, Duration.ofNanos(waitNanos)));
        }
        told.waited(
                told.call(),
                waitNanos,
                switch (reason) {
                    case TIMEOUT -> new MongoTimeoutException("Timed out while waiting for a connection to server");
                    case DATABASE_DOWN -> new MongoTimeoutException("no connection to the server could be made");
                    default -> new MongoClientException("refused: " + reason);
                });
        if (reason == RefusalReason.DATABASE_DOWN) {
            told.doubted();
        }
    }

    private static RefusalReason reason(ConnectionCheckOutFailedEvent.Reason reason) {
        return switch (reason) {
            case TIMEOUT -> RefusalReason.TIMEOUT;
            case CONNECTION_ERROR -> RefusalReason.DATABASE_DOWN;
            case POOL_CLOSED -> RefusalReason.CLOSED;
            case UNKNOWN -> RefusalReason.INTERRUPTED;
        };
    }

    @Override
    public void connectionCheckedIn(ConnectionCheckedInEvent event) {
        tell(release(event.getConnectionId().getLocalValue()));
    }

    private synchronized @Nullable Held release(long connection) {
        look();
        var lease = held.remove(connection);
        if (lease != null) {
            released++;
            long heldNanos = clock.getAsLong() - lease.sinceNanos;
            useNanos += heldNanos;
            queue.tell(new PoolEvent.Released(name, connection, lease.call, Duration.ofNanos(heldNanos)));
        }
        return lease;
    }

    private void tell(@Nullable Held ended) {
        if (ended != null) {
            told.leaseEnded(
                    ended.call, ended.operation, ended.waitNanos, clock.getAsLong() - ended.sinceNanos, ended.runNanos);
        }
    }

    /**
     * A command begins on that connection.
     *
     * @param operation such as {@code find orders}
     * @param statement its shape; empty where nobody wants to know
     * @return how long the connection was waited for, if this is the first on its lease; else 0
     */
    synchronized long began(long connection, String operation, String statement) {
        var lease = held.get(connection);
        if (lease == null) {
            return 0;
        }
        lease.operation = operation;
        lease.statement = statement.isEmpty() ? operation : statement;
        lease.running = true;
        lease.changedNanos = clock.getAsLong();
        boolean isFirst = !lease.hasRun;
        lease.hasRun = true;
        return isFirst ? lease.waitNanos : 0;
    }

    /** The command has ended. */
    synchronized void ended(long connection) {
        var lease = held.get(connection);
        if (lease != null && lease.running) {
            long now = clock.getAsLong();
            lease.running = false;
            lease.runNanos += now - lease.changedNanos;
            lease.changedNanos = now;
        }
    }

    /** Adds up how many were active since the last change. */
    private void look() {
        long now = clock.getAsLong();
        activeNanos += (double) held.size() * (now - lookedNanos);
        lookedNanos = now;
    }

    /**
     * Who has held a connection for longer, each once.
     *
     * @param nanos how long is too long
     */
    public synchronized List<Lease> newSuspects(long nanos) {
        long now = clock.getAsLong();
        var found = held.values().stream()
                .filter(lease -> !lease.suspected && now - lease.sinceNanos > nanos)
                .toList();
        found.forEach(lease -> lease.suspected = true);
        leaks += found.size();
        var leases = found.stream().map(lease -> lease(lease, now)).toList();
        leases.forEach(lease -> queue.tell(new PoolEvent.LeakSuspected(name, lease, List.of(), List.of())));
        return leases;
    }

    /** So many more that were not given back, cursors and transactions among them. */
    public synchronized void suspected(int more) {
        leaks += more;
    }

    /** Who holds what, the longest first. */
    public synchronized List<Lease> leases() {
        long now = clock.getAsLong();
        return held.values().stream().map(lease -> lease(lease, now)).toList();
    }

    private static Lease lease(Held held, long now) {
        var server = held.connection.getServerValue();
        var sinceChange = Duration.ofNanos(now - held.changedNanos);
        return new Lease(
                held.connection.getLocalValue(),
                held.number,
                server == null ? OptionalLong.empty() : OptionalLong.of(server),
                held.thread,
                held.call.isEmpty() ? held.operation : held.call,
                held.operation,
                "",
                held.statement,
                TransactionState.UNKNOWN,
                held.running,
                held.running ? sinceChange : Duration.ZERO,
                held.running ? Duration.ZERO : sinceChange,
                Duration.ofNanos(now - held.sinceNanos),
                held.since);
    }

    /** The numbers at this moment. */
    public synchronized PoolSnapshot snapshot() {
        look();
        long now = lookedNanos;
        long served = direct + waited;
        var first = firstWaiting();
        return new PoolSnapshot(
                name,
                state,
                held.size(),
                open.size() - held.size(),
                opening.size(),
                0,
                waiting.size(),
                open.size(),
                open.size(),
                maxSize * Math.max(1, pools),
                minSize * Math.max(1, pools),
                peakActive,
                now == beganNanos ? 0 : activeNanos / (now - beganNanos),
                first == null ? Duration.ZERO : Duration.ofNanos(now - first.sinceNanos),
                mean(acquireNanos, served),
                mean(useNanos, released),
                List.of(),
                Optional.empty(),
                new PoolSnapshot.Counters(
                        direct,
                        waited,
                        refused,
                        released,
                        opened,
                        openFailed,
                        closed,
                        0,
                        0,
                        closed.getOrDefault(EvictReason.BROKEN, 0L),
                        leaks,
                        0,
                        0,
                        openAttempts,
                        reconnected),
                Optional.ofNullable(lastFailure),
                Instant.now());
    }

    private @Nullable Waiting firstWaiting() {
        return waiting.values().stream().findFirst().orElse(null);
    }

    private static Duration mean(long nanos, long count) {
        return count == 0 ? Duration.ZERO : Duration.ofNanos(nanos / count);
    }
}
