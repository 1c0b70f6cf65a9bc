// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes sockets on workers; a close that exceeds {@code closeTimeout} is aborted.
 *
 * <p>A socket that is being closed is still a session of the server, so for {@link #COUNTED_NANOS} it takes a place in
 * the pool: connections that come and go fast would otherwise be more than {@code maxSize} at the server. No longer,
 * so that closes that hang cannot keep the pool from opening.
 */
final class Closer {

    private static final Logger LOG = LoggerFactory.getLogger(Closer.class);

    static final long COUNTED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Pool pool;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger counted = new AtomicInteger();

    Closer(Pool pool) {
        this.pool = pool;
    }

    int underWay() {
        return underWay.get();
    }

    /** Sockets that still take a place in the pool. */
    int counted() {
        return counted.get();
    }

    /** Lock held: an entry leaves the shelf, and its socket takes its place until it is {@linkplain #close closed}. */
    void takePlace() {
        counted.incrementAndGet();
    }

    /** Closes the socket of an entry that has left the shelf, or aborts it at once where a call may hang in it. */
    void close(PoolEntry entry, EvictReason reason, boolean abort) {
        underWay.incrementAndGet();
        var counts = new AtomicBoolean(true);
        var limit = PoolThreads.after(COUNTED_NANOS, () -> giveRoom(counts));
        PoolThreads.work(() -> {
            try {
                end(entry.physical(), abort);
            } finally {
                underWay.decrementAndGet();
                limit.cancel(false);
                giveRoom(counts);
            }
            pool.tell(new PoolEvent.Closed(pool.name(), entry.id(), reason));
            LOG.debug("connection closed pool={} connection={} reason={}", pool.name(), entry.id(), reason);
            pool.closedOne();
        });
    }

    private void giveRoom(AtomicBoolean counts) {
        if (counts.compareAndSet(true, false)) {
            counted.decrementAndGet();
            pool.serve();
        }
    }

    /** Closes a connection that never was in the pool; runs on a worker. */
    void end(Connection physical, boolean abort) {
        if (abort) {
            abort(physical);
            return;
        }
        var limit = PoolThreads.after(
                pool.config().closeTimeout().toNanos(), () -> PoolThreads.work(() -> abort(physical)));
        try {
            physical.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("close failed pool={}", pool.name(), e);
            abort(physical);
        } finally {
            limit.cancel(false);
        }
    }

    private void abort(Connection physical) {
        try {
            physical.abort(PoolThreads.workers());
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            LOG.debug("abort failed pool={}", pool.name(), e);
        }
    }
}
