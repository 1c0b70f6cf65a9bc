// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a pool logs of its connections as a whole: that it begins, that they come and go, that they run out. Called on
 * workers and on the opening thread, never on a caller's; the housekeeper hands its lines to a worker.
 */
final class PoolLog {

    private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
    private static final int MOST_CONNECTIONS = 100;
    private static final long CONNECTIONS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long USE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int HIGH_PERCENT = 80;

    private final Pool pool;
    private final LogPace openedPace = new LogPace(MOST_CONNECTIONS, CONNECTIONS_NANOS, System::nanoTime);
    private final LogPace closedPace = new LogPace(MOST_CONNECTIONS, CONNECTIONS_NANOS, System::nanoTime);
    private final LogPace connectedPace = new LogPace(CONNECTIONS_NANOS, System::nanoTime);
    private final LogPace highPace;
    private final LogPace saturatedPace;
    private final AtomicBoolean wasConnected = new AtomicBoolean();
    /** Whether the look before found it so; it takes two looks for a line. */
    private volatile boolean wasHigh;

    private volatile boolean wasSaturated;

    PoolLog(Pool pool) {
        this.pool = pool;
        this.highPace = new LogPace(USE_NANOS, pool::now);
        this.saturatedPace = new LogPace(USE_NANOS, pool::now);
    }

    /** The pool is about to open its first connection. */
    void configured() {
        var config = pool.config();
        LOG.info(
                "pool configured pool={} minIdle={} maxSize={} acquireTimeoutMs={} connectTimeoutMs={} startMode={} url={}",
                pool.name(),
                config.minIdle(),
                config.maxSize(),
                config.acquireTimeout().toMillis(),
                config.connectTimeout().toMillis(),
                config.startMode(),
                config.shownUrl());
    }

    /** The pool serves from now on. */
    void started(long beganNanos) {
        LOG.info(
                "pool opened pool={} total={} tookMs={}",
                pool.name(),
                pool.shelf().size(),
                TimeUnit.NANOSECONDS.toMillis(pool.now() - beganNanos));
    }

    /**
     * A connection has come into the pool.
     *
     * @param failedBefore connects that failed since the last that succeeded
     */
    void opened(PoolEntry entry, long tookNanos, long failedBefore) {
        long tookMillis = TimeUnit.NANOSECONDS.toMillis(tookNanos);
        if ((wasConnected.compareAndSet(false, true) || failedBefore > 0)
                && connectedPace.pass() != LogPace.HELD_BACK) {
            LOG.info(
                    "database connected pool={} connection={} tookMs={} failedBefore={}",
                    pool.name(),
                    entry.id(),
                    tookMillis,
                    failedBefore);
        }
        if (!pool.config().logConnections()) {
            LOG.debug("connection opened pool={} connection={} tookMs={}", pool.name(), entry.id(), tookMillis);
            return;
        }
        long heldBack = openedPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            LOG.info(
                    "connection opened pool={} connection={} tookMs={} notLogged={}",
                    pool.name(),
                    entry.id(),
                    tookMillis,
                    heldBack);
        }
    }

    /** The socket of a connection is closed. */
    void closed(PoolEntry entry, EvictReason reason) {
        if (!pool.config().logConnections()) {
            LOG.debug("connection closed pool={} connection={} reason={}", pool.name(), entry.id(), reason);
            return;
        }
        long heldBack = closedPace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            LOG.info(
                    "connection closed pool={} connection={} reason={} notLogged={}",
                    pool.name(),
                    entry.id(),
                    reason,
                    heldBack);
        }
    }

    /**
     * Looks at how much of the pool is in use. A pool of one connection is either idle or full, which says nothing.
     */
    void lookAtUse() {
        int most = pool.config().maxSize();
        int active = pool.shelf().count(State.ACTIVE);
        int waiting = pool.line().size();
        boolean isSaturated = active >= most && waiting > 0;
        boolean isHigh = most > 1 && active * 100L > (long) HIGH_PERCENT * most;
        if (isSaturated && wasSaturated && saturatedPace.pass() != LogPace.HELD_BACK) {
            pool.crews()
                    .logs()
                    .work(() -> LOG.warn(
                            "pool saturated pool={} waiting={} active={} maxSize={}",
                            pool.name(),
                            waiting,
                            active,
                            most));
        }
        if (isHigh && wasHigh && highPace.pass() != LogPace.HELD_BACK) {
            pool.crews()
                    .logs()
                    .work(() -> LOG.warn(
                            "connection usage high pool={} active={} maxSize={} waiting={}",
                            pool.name(),
                            active,
                            most,
                            waiting));
        }
        wasSaturated = isSaturated;
        wasHigh = isHigh;
    }
}
