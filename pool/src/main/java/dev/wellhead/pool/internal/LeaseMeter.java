// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.pool.spi.StatementObserver.Tally;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the statements of one connection for a {@link StatementObserver}: nothing is read or written while there is
 * none.
 *
 * <p>Its fields are written plainly by the holder of the connection. Who shares a connection between threads, or has his
 * lease taken from him, may find a statement counted for its neighbour; nothing else depends on them.
 */
final class LeaseMeter {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseMeter.class);
    /** Times by the tick are too early by half of one on average. */
    private static final long HALF_TICK_NANOS = Ticker.TICK_NANOS / 2;

    private final PoolEntry entry;

    /** The lease that the fields below tell of, while there is a {@link #last}. */
    private int lease;

    private long waitNanos;
    private int waitedLease;
    private long startNanos;
    /** When the last statement or fetch of the lease ended. */
    private long lastNanos;

    private long sqlNanos;
    private long idleNanos;
    private @Nullable Tally last;
    private boolean isFirst;
    private boolean runs;
    private @Nullable SQLException error;

    LeaseMeter(PoolEntry entry) {
        this.entry = entry;
    }

    /** That lease was waited for. */
    void waited(int number, long nanos) {
        waitedLease = number;
        waitNanos = nanos;
    }

    /** A caller has waited, whether he got a connection or not. */
    static void waited(StatementObserver observer, String operation, long nanos, @Nullable SQLException refused) {
        try {
            observer.waited(operation, nanos, refused);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** A statement is about to run; null when the observer has no tally for it. */
    @Nullable
    Tally begins(StatementObserver observer, String sql) {
        try {
            var tally = observer.tally(sql);
            long now = System.nanoTime();
            var before = last;
            int current = entry.lease();
            isFirst = before == null || lease != current;
            if (before == null || isFirst) {
                lease = current;
                sqlNanos = 0;
                idleNanos = 0;
                held(tally, now - entry.acquiredTick() - HALF_TICK_NANOS);
            } else {
                held(before, now - lastNanos);
            }
            startNanos = now;
            last = tally;
            error = null;
            runs = true;
            return tally;
        } catch (RuntimeException e) {
            failed(e);
            return null;
        }
    }

    private void held(Tally tally, long nanos) {
        // The tick may be ahead by half of it.
        long idle = Math.max(0, nanos);
        idleNanos += idle;
        tally.held(idle);
    }

    /** The driver threw. */
    void failed(SQLException thrown) {
        if (runs) {
            error = thrown;
        }
    }

    /** The statement of that tally has returned or thrown. */
    void ended(Tally tally) {
        runs = false;
        long now = System.nanoTime();
        long ran = now - startNanos;
        sqlNanos += ran;
        lastNanos = now;
        try {
            tally.ran(entry.operation(), isFirst ? waitOf(lease) : 0, ran, error);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** Further rows were fetched. */
    void fetched(Tally tally, long nanos) {
        sqlNanos += nanos;
        lastNanos += nanos;
        try {
            tally.fetched(nanos);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** Rows were read or changed. */
    static void rows(Tally tally, long count) {
        try {
            tally.rows(count);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** Whatever the observer has thrown, the caller's statement runs. */
    private static void failed(RuntimeException e) {
        LOG.debug("statement observer failed", Secret.mask(e));
    }

    private long waitOf(int number) {
        return waitedLease == number ? waitNanos : 0;
    }

    /** The lease ends; for whoever ends it. */
    void leaseEnds(StatementObserver observer, int number, long heldNanos) {
        var tally = lease == number ? last : null;
        last = null;
        if (tally == null && heldNanos == 0) {
            // Acquired and given back within a tick: there is nothing to tell.
            return;
        }
        try {
            if (tally != null) {
                held(tally, System.nanoTime() - lastNanos);
            }
            observer.leaseEnded(
                    entry.operation(),
                    Leases.callSite(entry, number),
                    waitOf(number),
                    tally == null ? heldNanos : sqlNanos + idleNanos,
                    tally == null ? 0 : sqlNanos);
        } catch (RuntimeException e) {
            failed(e);
        }
    }
}
