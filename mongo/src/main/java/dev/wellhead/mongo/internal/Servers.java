// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.connection.ServerDescription;
import com.mongodb.event.ServerClosedEvent;
import com.mongodb.event.ServerDescriptionChangedEvent;
import com.mongodb.event.ServerListener;
import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The servers of a client, as the driver's monitors see them: every ten seconds, and at once when something is wrong. Any
 * thread may call; nothing waits for more than another event.
 */
public final class Servers implements ServerListener {

    private final String name;
    private final PoolEvents pool;
    private final EventQueue queue;
    private final Map<String, ServerDescription> seen = new ConcurrentHashMap<>();

    /**
     * Knows of none yet.
     *
     * @param pool is told why a server cannot be reached
     * @param queue is told when one changes
     */
    public Servers(String name, PoolEvents pool, EventQueue queue) {
        this.name = name;
        this.pool = pool;
        this.queue = queue;
    }

    @Override
    public synchronized void serverDescriptionChanged(ServerDescriptionChangedEvent event) {
        var now = event.getNewDescription();
        var host = now.getAddress().toString();
        var before = seen.get(host);
        seen.put(host, now);
        var trouble = now.getException();
        if (trouble != null) {
            pool.notReached(trouble(trouble));
        }
        if (before != null && seen.size() > 1 && (role(before) != role(now) || state(before) != state(now))) {
            queue.tell(new PoolEvent.HostChanged(name, snapshot(before), snapshot(now)));
        }
    }

    @Override
    public synchronized void serverClosed(ServerClosedEvent event) {
        seen.remove(event.getServerId().getAddress().toString());
    }

    /** All of them by name; none where there is but one. */
    public synchronized List<HostSnapshot> hosts() {
        return seen.size() < 2
                ? List.of()
                : seen.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> snapshot(entry.getValue()))
                        .toList();
    }

    private HostSnapshot snapshot(ServerDescription server) {
        var host = server.getAddress().toString();
        var trouble = server.getException();
        return new HostSnapshot(
                host,
                role(server),
                state(server),
                role(server) == HostRole.PRIMARY,
                lag(server),
                pool.active(host),
                pool.total(host),
                trouble == null ? "" : trouble(trouble));
    }

    private static HostRole role(ServerDescription server) {
        return switch (server.getType()) {
            case STANDALONE, REPLICA_SET_PRIMARY, SHARD_ROUTER, LOAD_BALANCER -> HostRole.PRIMARY;
            case REPLICA_SET_SECONDARY -> HostRole.REPLICA;
            case REPLICA_SET_ARBITER, REPLICA_SET_OTHER, REPLICA_SET_GHOST -> HostRole.READ_ONLY;
            case UNKNOWN -> HostRole.UNKNOWN;
        };
    }

    private static HostState state(ServerDescription server) {
        if (server.isOk()) {
            return HostState.UP;
        }
        return server.getException() == null ? HostState.UNKNOWN : HostState.DOWN;
    }

    /** How much older its last write is than the primary's. */
    private Optional<Duration> lag(ServerDescription server) {
        var own = lastWrite(server);
        if (role(server) != HostRole.REPLICA || own.isEmpty()) {
            return Optional.empty();
        }
        return seen.values().stream()
                .filter(other -> role(other) == HostRole.PRIMARY)
                .flatMap(primary -> lastWrite(primary).stream())
                .findFirst()
                .map(last -> Duration.between(own.get(), last))
                .map(lag -> lag.isNegative() ? Duration.ZERO : lag);
    }

    private static Optional<Instant> lastWrite(ServerDescription server) {
        return Optional.ofNullable(server.getLastWriteDate()).map(date -> date.toInstant());
    }

    /** The classes alone: texts may hold what belongs to nobody else. */
    private static String trouble(Throwable error) {
        var text = new StringBuilder(error.getClass().getSimpleName());
        @Nullable Throwable next = error.getCause();
        for (int i = 0; next != null && i < 4; i++, next = next.getCause()) {
            text.append(": ").append(next.getClass().getSimpleName());
        }
        return text.toString();
    }
}
