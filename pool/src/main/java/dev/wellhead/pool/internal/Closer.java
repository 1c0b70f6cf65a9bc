// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
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
 *
 * <p>A driver whose close and abort both hang keeps workers, which all pools share: while {@link #MOST_HUNG} of this pool
 * have exceeded the limit, further connections are dropped as they are, for the server and its own limits to end.
 */
final class Closer {

    private static final Logger LOG = LoggerFactory.getLogger(Closer.class);

    private static final int MOST_HUNG = 32;
    /** Those that were found to be of no use, rather than due. */
    private static final Set<EvictReason> UNHEALTHY = EnumSet.of(
            EvictReason.BROKEN, EvictReason.FAILED_VALIDATION, EvictReason.FAILED_KEEPALIVE, EvictReason.FAILED_RESET);

    private static final long REPEAT_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    static final long COUNTED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Pool pool;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger hung = new AtomicInteger();
    private final LogPace droppedPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    private final LogPace unhealthyPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);

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
        (abort ? pool.crews().aborts() : pool.crews().closes()).work(() -> {
            // Under way until it is told, so that a pool that says it is closed has said so of each of its connections.
            try {
                try {
                    end(entry.physical(), abort);
                } finally {
                    limit.cancel(false);
                    giveRoom(counts);
                }
                pool.tell(new PoolEvent.Closed(pool.name(), entry.id(), reason));
                log(entry, reason);
            } finally {
                underWay.decrementAndGet();
                pool.closedOne();
            }
        });
    }

    private void log(PoolEntry entry, EvictReason reason) {
        pool.log().closed(entry, reason);
        if (UNHEALTHY.contains(reason)) {
            long heldBack = unhealthyPace.pass();
            if (heldBack != LogPace.HELD_BACK) {
                LOG.warn(
                        "unhealthy connection cleaned up pool={} connection={} reason={} notLogged={}",
                        pool.name(),
                        entry.id(),
                        reason,
                        heldBack);
            }
        }
    }

    /** Closes a connection that came too many, or too late, on the worker that opened it; it has {@linkplain #takePlace taken its place}. */
    void endSurplus(Connection physical) {
        var counts = new AtomicBoolean(true);
        var limit = PoolThreads.after(COUNTED_NANOS, () -> giveRoom(counts));
        try {
            end(physical, false);
        } finally {
            limit.cancel(false);
            giveRoom(counts);
        }
    }

    private void giveRoom(AtomicBoolean counts) {
        if (counts.compareAndSet(true, false)) {
            counted.decrementAndGet();
            pool.serve();
            pool.renewal().next();
        }
    }

    /** Closes a connection that never was in the pool; runs on a worker. */
    void end(Connection physical, boolean abort) {
        if (hung.get() >= MOST_HUNG) {
            drop();
            return;
        }
        // True until the driver has come back or the limit is over, whichever is first.
        var under = new AtomicBoolean(true);
        var limit = PoolThreads.after(pool.config().closeTimeout().toNanos(), () -> {
            hung.incrementAndGet();
            if (!under.compareAndSet(true, false)) {
                hung.decrementAndGet();
            } else if (!abort) {
                pool.crews().aborts().work(() -> abort(physical));
            }
        });
        try {
            if (abort) {
                abort(physical);
            } else {
                close(physical);
            }
        } finally {
            limit.cancel(false);
            if (!under.compareAndSet(true, false)) {
                hung.decrementAndGet();
            }
        }
    }

    private void close(Connection physical) {
        try {
            physical.close();
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("close failed pool={}", pool.name(), Secret.mask(e));
            abort(physical);
        }
    }

    private void abort(Connection physical) {
        try {
            physical.abort(pool.crews().aborts());
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("abort failed pool={}", pool.name(), Secret.mask(e));
        }
    }

    private void drop() {
        long heldBack = droppedPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            LOG.warn(
                    "connection dropped unclosed pool={} notLogged={}: {} closes hang in the driver",
                    pool.name(),
                    heldBack,
                    MOST_HUNG);
        }
    }
}
