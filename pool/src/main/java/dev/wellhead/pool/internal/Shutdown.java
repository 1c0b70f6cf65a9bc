// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.DrainReport;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a pool ends: drain, then close. A close refuses newcomers and those in line, waits for leases, cancels statements that
 * still run (an abort alone would leave the server at work for nobody), aborts what is left, and reports.
 */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final long SOCKETS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LINES_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** How long a close waits for leases whose statements it has cancelled. */
    private static final long CANCEL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private Shutdown() {}

    static DrainReport drain(Pool pool, long nanos) throws InterruptedException {
        pool.locked(() -> {
            if (pool.state() != PoolState.CLOSED) {
                pool.state(PoolState.DRAINING);
            }
        });
        pool.serve();
        long began = pool.now();
        boolean ended = await(
                pool,
                nanos,
                () -> pool.state() == PoolState.RUNNING || (pool.line().isEmpty() && active(pool) == 0));
        boolean complete = ended && pool.state() != PoolState.RUNNING;
        var report = report(pool, began, complete);
        LOG.info(
                "pool drained pool={} complete={} tookMs={} remaining={}",
                pool.name(),
                complete,
                report.took().toMillis(),
                report.remaining().size());
        return report;
    }

    static DrainReport close(Pool pool, long nanos) {
        long began = pool.now();
        if (!begin(pool)) {
            return new DrainReport(true, Duration.ZERO, List.of());
        }
        LOG.info(
                "pool closing pool={} active={} limitMs={}",
                pool.name(),
                active(pool),
                TimeUnit.NANOSECONDS.toMillis(nanos));
        boolean complete = false;
        boolean interrupted = false;
        try {
            complete = await(pool, nanos, () -> active(pool) == 0);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        var report = report(pool, began, complete || active(pool) == 0);
        if (!interrupted && cancelRunning(pool)) {
            interrupted = !awaitCancelled(pool);
        }
        end(pool);
        if (interrupted) {
            Thread.currentThread().interrupt();
        } else {
            awaitSockets(pool);
        }
        LOG.info(
                "pool closed pool={} complete={} tookMs={} aborted={}",
                pool.name(),
                report.complete(),
                report.took().toMillis(),
                report.remaining().size());
        return report;
    }

    /** Refuses newcomers and everybody in line; false when the pool was closed already. */
    private static boolean begin(Pool pool) {
        boolean[] open = {false};
        pool.locked(() -> {
            open[0] = pool.state() != PoolState.CLOSED;
            if (open[0]) {
                pool.ending();
                refuseLine(pool, RefusalReason.CLOSED);
            }
        });
        return open[0];
    }

    /** Lock held. */
    static void refuseLine(Pool pool, RefusalReason reason) {
        for (var waiter = pool.line().oldest();
                waiter != null;
                waiter = pool.line().oldest()) {
            pool.line().remove(waiter);
            waiter.refuse(reason);
            LockSupport.unpark(waiter.thread);
        }
    }

    /** Cancels what runs for holders; false when nothing does. */
    private static boolean cancelRunning(Pool pool) {
        boolean any = false;
        for (var entry : pool.shelf().entries()) {
            if (entry.state() == State.ACTIVE && (entry.isBusy() || !entry.notesLeases())) {
                any = true;
                pool.crews().aborts().work(() -> pool.leakWatch().cancel(entry));
            }
        }
        return any;
    }

    /** False when interrupted. */
    private static boolean awaitCancelled(Pool pool) {
        try {
            await(pool, CANCEL_NANOS, () -> active(pool) == 0);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void end(Pool pool) {
        pool.locked(() -> {
            pool.state(PoolState.CLOSED);
            refuseLine(pool, RefusalReason.CLOSED);
        });
        pool.housekeeper().stop();
        pool.ticker().stop();
        for (var entry : pool.shelf().entries()) {
            if (entry.tryCloseFromIdle()) {
                pool.retire(entry, EvictReason.POOL_CLOSED, false);
            } else if (entry.tryCloseFromActive() || entry.tryCloseFromValidating()) {
                pool.retire(entry, EvictReason.POOL_CLOSED, true);
            }
        }
        // The ceiling is given back what nothing takes any more, and forgets the pool.
        pool.serve();
    }

    /** Until the sockets are closed and every line about this pool is written: the one that it is closed is its last. */
    private static void awaitSockets(Pool pool) {
        long deadline = System.nanoTime() + SOCKETS_NANOS;
        BooleanSupplier isQuiet = () -> pool.closer().underWay() == 0
                && !pool.opener().isTelling()
                && pool.crews().logs().isIdle();
        try {
            boolean quiet = false;
            while (!quiet && System.nanoTime() - deadline < 0) {
                // Who writes a line does not signal it.
                quiet = await(pool, LINES_NANOS, isQuiet);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int active(Pool pool) {
        return pool.shelf().count(State.ACTIVE);
    }

    private static DrainReport report(Pool pool, long began, boolean complete) {
        return new DrainReport(complete, Duration.ofNanos(pool.now() - began), pool.leases());
    }

    /** Waits on the pool's progress; true when the condition holds. */
    private static boolean await(Pool pool, long nanos, BooleanSupplier condition) throws InterruptedException {
        long left = nanos;
        pool.lock().lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = pool.progress().awaitNanos(left);
            }
            return true;
        } finally {
            pool.lock().unlock();
        }
    }
}
