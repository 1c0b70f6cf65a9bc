// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.connection.ConnectionId;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
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
import java.util.regex.Pattern;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what the driver tells of its pools, one for each server, the numbers of one pool, and knows who holds what.
 *
 * <p>The driver calls on the threads of callers, so nothing here waits for more than another event. All fields are guarded
 * by this object. Events of one connection come in their order; a connection is created, then ready, then closed.
 */
public final class PoolEvents implements ConnectionPoolListener, CommandListener {

    private static final int MOST_SHOWN = 100;
    private static final Pattern UNSAFE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}\"]");

    /** Who holds a connection. */
    private static final class Held {
        private final ConnectionId connection;
        private final int number;
        private final String thread;
        private final long sinceNanos;
        private final Instant since;
        private String operation = "";
        private boolean running;
        private long changedNanos;
        private boolean suspected;

        private Held(ConnectionId connection, int number, String thread, long nanos) {
            this.connection = connection;
            this.number = number;
            this.thread = thread;
            this.sinceNanos = nanos;
            this.since = Instant.now();
            this.changedNanos = nanos;
        }
    }

    private final String name;
    private final int minSize;
    private final int maxSize;
    private final LongSupplier clock;

    private PoolState state = PoolState.RUNNING;
    /** Servers that are known, each of which has a pool of its own. */
    private int pools;
    /** Open connections by the driver's number, and how often each was handed out. */
    private final Map<Long, Integer> open = new HashMap<>();
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

    private int peakActive;
    private long acquireNanos;
    private long useNanos;
    private double activeNanos;
    private long lookedNanos;
    private final long beganNanos;

    private record Waiting(long sinceNanos, boolean isDirect) {}

    /**
     * Knows of nothing yet.
     *
     * @param minSize of each server
     * @param maxSize of each server
     * @param clock of nanoseconds
     */
    public PoolEvents(String name, int minSize, int maxSize, LongSupplier clock) {
        this.name = name;
        this.minSize = minSize;
        this.maxSize = maxSize;
        this.clock = clock;
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
        opened++;
        if (lost > 0) {
            lost--;
            reconnected++;
        }
    }

    @Override
    public synchronized void connectionClosed(ConnectionClosedEvent event) {
        long connection = event.getConnectionId().getLocalValue();
        if (opening.remove(connection) != null) {
            openFailed++;
            lost = Math.max(lost, 1);
        } else if (open.remove(connection) != null) {
            release(connection);
            var reason = reason(event.getReason());
            closed.merge(reason, 1L, Long::sum);
            if (reason.isLoss()) {
                lost++;
            }
        }
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
    public synchronized void connectionCheckedOut(ConnectionCheckedOutEvent event) {
        look();
        var asked = waiting.remove(event.getOperationId());
        if (asked != null && asked.isDirect) {
            direct++;
        } else {
            waited++;
        }
        acquireNanos += event.getElapsedTime(TimeUnit.NANOSECONDS);
        var connection = event.getConnectionId();
        int number = open.merge(connection.getLocalValue(), 1, Integer::sum);
        held.put(
                connection.getLocalValue(),
                new Held(connection, number, shown(Thread.currentThread().getName()), clock.getAsLong()));
        peakActive = Math.max(peakActive, held.size());
    }

    @Override
    public synchronized void connectionCheckOutFailed(ConnectionCheckOutFailedEvent event) {
        waiting.remove(event.getOperationId());
        refused.merge(reason(event.getReason()), 1L, Long::sum);
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
    public synchronized void connectionCheckedIn(ConnectionCheckedInEvent event) {
        release(event.getConnectionId().getLocalValue());
    }

    private void release(long connection) {
        look();
        var lease = held.remove(connection);
        if (lease != null) {
            released++;
            useNanos += clock.getAsLong() - lease.sinceNanos;
        }
    }

    @Override
    public synchronized void commandStarted(CommandStartedEvent event) {
        var lease = held.get(event.getConnectionDescription().getConnectionId().getLocalValue());
        if (lease != null) {
            lease.operation = operation(event.getCommandName(), event.getCommand());
            lease.running = true;
            lease.changedNanos = clock.getAsLong();
        }
    }

    /** Such as {@code find orders}; of values nothing. */
    private static String operation(String command, BsonDocument text) {
        // The name of the collection, where the command has one; others say 1 there.
        BsonValue target = text.get(command);
        var whole = target != null && target.isString()
                ? command + ' ' + target.asString().getValue()
                : command;
        return shown(whole);
    }

    /** On one line and without what could end a quoted text: names of collections and threads are anybody's. */
    private static String shown(String text) {
        var cut = text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN);
        return UNSAFE.matcher(cut).replaceAll("?");
    }

    @Override
    public synchronized void commandSucceeded(CommandSucceededEvent event) {
        ended(event.getConnectionDescription().getConnectionId());
    }

    @Override
    public synchronized void commandFailed(CommandFailedEvent event) {
        ended(event.getConnectionDescription().getConnectionId());
    }

    private void ended(ConnectionId connection) {
        var lease = held.get(connection.getLocalValue());
        if (lease != null) {
            lease.running = false;
            lease.changedNanos = clock.getAsLong();
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
        return found.stream().map(lease -> lease(lease, now)).toList();
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
                held.operation,
                held.operation,
                "",
                held.operation,
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
                Optional.empty(),
                Instant.now());
    }

    private @Nullable Waiting firstWaiting() {
        return waiting.values().stream().findFirst().orElse(null);
    }

    private static Duration mean(long nanos, long count) {
        return count == 0 ? Duration.ZERO : Duration.ofNanos(nanos / count);
    }
}
