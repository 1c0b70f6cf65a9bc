// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Lease;
import dev.wellhead.pool.NestedAcquire;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that would wait for a connection while they hold another of the same pool: enough of them at once and all wait
 * for each other. Looked for only where somebody waits.
 */
final class NestedAcquires {

    private static final Logger LOG = LoggerFactory.getLogger(NestedAcquires.class);
    private static final int MOST_PAIRS = 100;

    private final Pool pool;
    private final Leases leases;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    NestedAcquires(Pool pool, Leases leases) {
        this.pool = pool;
        this.leases = leases;
    }

    /** What this thread holds, or null; touches memory only. */
    @Nullable
    PoolEntry heldBy(Thread thread) {
        for (var entry : pool.shelf().entries()) {
            if (entry.heldBy(thread)) {
                return entry;
            }
        }
        return null;
    }

    /** The lease of what this thread holds, or null. */
    @Nullable
    Lease lease(@Nullable PoolEntry held) {
        return held == null ? null : leases.of(held, pool.now());
    }

    /**
     * The calling thread, in line already, would wait: counts and reports it.
     *
     * @return whether it shall not wait, and has left the line
     */
    boolean refuses(PoolEntry held, Waiter waiter) {
        boolean refused = pool.config().nestedAcquire() == NestedAcquire.REFUSE && leaves(waiter);
        pool.counters().nested.increment();
        var lease = lease(held);
        if (lease != null) {
            var waitsAt = waitsAt(held, waiter.operation);
            pool.crews().logs().work(() -> report(lease, waitsAt, refused));
        }
        return refused;
    }

    /** Unless the pool can still grow for those in line: then nobody's release is waited for. */
    private boolean leaves(Waiter waiter) {
        pool.lock().lock();
        try {
            int room = Math.max(0, pool.config().maxSize() - pool.shelf().size());
            int soonServed = Math.min(pool.line().servable(), pool.shelf().count(State.IDLE) + room);
            return pool.line().size() > soonServed && pool.line().remove(waiter);
        } finally {
            pool.lock().unlock();
        }
    }

    /** The place of the calling thread. */
    static String waitsAt(PoolEntry held, String operation) {
        return operation.isEmpty() ? CallSites.of(held.physical()).current() : CallSites.named(operation);
    }

    private void report(Lease held, String waitsAt, boolean refused) {
        pool.tell(new PoolEvent.Nested(pool.name(), held, waitsAt, refused));
        var pair = held.callSite() + " > " + waitsAt;
        if (logged.size() < MOST_PAIRS && logged.add(pair)) {
            LOG.warn(
                    "nested acquire: a thread {} a connection while it holds another pool={} thread={} holds={}"
                            + " heldMs={} sql={} waitsAt={}",
                    refused ? "was refused" : "waits for",
                    pool.name(),
                    LogText.value(held.thread()),
                    LogText.value(held.callSite().isEmpty() ? "connection " + held.connectionId() : held.callSite()),
                    held.held().toMillis(),
                    LogText.value(held.sql()),
                    LogText.value(waitsAt));
        }
    }
}
