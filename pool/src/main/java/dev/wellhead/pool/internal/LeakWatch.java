// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.LeakSite;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds leases that are not given back: those held for longer than {@code leakThreshold}, and those whose handle is
 * garbage.
 *
 * <p>{@link #pass} runs on the housekeeper and touches memory only; reports, events and everything that a driver is
 * asked run on workers.
 *
 * <h2>What is taken back</h2>
 *
 * An abandoned lease: nothing can use its handle any more, nor what came from it. Not where the holder may still have
 * objects of the driver's own (unwrapped, large objects, streams): these use the connection without a handle.
 *
 * <p>By force, where {@code leakReclaimAfter} is set: a lease reported as a leak in which for all that time no statement
 * ran and no call went to the server. Its handle dies first, and whoever wins that ends the lease; then the socket is
 * aborted. A call that slipped in between is cancelled before. The connection is never used again.
 */
final class LeakWatch {

    private static final Logger LOG = LoggerFactory.getLogger(LeakWatch.class);

    /** How long a cancel may take before the socket is aborted all the same. */
    private static final long CANCEL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A lease is watched from its second pass on: most end before. */
    private static final int UNWATCHED_PASSES = 2;

    private final Pool pool;
    private final Leases leases;
    private final Releaser releaser;
    private final LeakSites sites = new LeakSites();

    LeakWatch(Pool pool, Leases leases, Releaser releaser) {
        this.pool = pool;
        this.leases = leases;
        this.releaser = releaser;
    }

    List<LeakSite> sites() {
        return sites.all();
    }

    /** One look at all leases. */
    void pass(long now) {
        var config = pool.config();
        long threshold = config.leakThreshold().toNanos();
        long settled = UNWATCHED_PASSES * config.housekeeperInterval().toNanos();
        long watchAfter = threshold == 0 ? settled : Math.min(threshold, settled);
        for (var entry : pool.shelf().entries()) {
            var watched = now - entry.acquiredTick() >= watchAfter ? entry.watch(now) : null;
            if (watched != null) {
                look(entry, watched, now, config);
            }
        }
    }

    private void look(PoolEntry entry, WatchedLease watched, long now, PoolConfig config) {
        if (watched.isAbandoned()) {
            abandoned(entry, watched, config);
            return;
        }
        if (entry.usedSinceLook()) {
            watched.usedAt(now);
        }
        long threshold = config.leakThreshold().toNanos();
        // Read after the watched lease: a newer lease is younger, never older.
        if (threshold == 0
                || now - entry.acquiredTick() < threshold
                || pool.line().isLeakExempt(entry.lane())) {
            return;
        }
        long reclaimAfter = config.leakReclaimAfter().toNanos();
        if (watched.tryReportLeak()) {
            pool.crews().logs().work(() -> reportLeak(entry, watched));
        } else if (reclaimAfter > 0 && isIdle(entry, watched, now, reclaimAfter)) {
            pool.crews().rest().work(() -> reclaim(entry, watched));
        }
    }

    private static boolean isIdle(PoolEntry entry, WatchedLease watched, long now, long reclaimAfter) {
        return now - watched.quietSinceNanos() >= reclaimAfter
                && !entry.session().isLent();
    }

    // Held for too long.

    private void reportLeak(PoolEntry entry, WatchedLease watched) {
        var holder = entry.holder();
        if (holder == null) {
            return;
        }
        var stack = holder.getStackTrace();
        Leases.seen(entry, watched, stack);
        var trace = entry.trace();
        var lease = leaseOf(entry, watched);
        if (lease == null) {
            return;
        }
        pool.counters().leaksSuspected.increment();
        var site = sites.of(lease.callSite());
        site.suspected.increment();
        site.held(lease.held());
        pool.tell(new PoolEvent.LeakSuspected(pool.name(), lease, List.of(stack), stackOf(trace)));
        long notLogged = site.pace.pass();
        if (notLogged != LogPace.HELD_BACK) {
            LOG.warn(
                    "leak suspected pool={} {} notLogged={} stack now:{}{}",
                    pool.name(),
                    describe(lease),
                    notLogged,
                    text(List.of(stack)),
                    acquiredText(trace));
        }
    }

    /** The lease that is watched, or null when it has ended. */
    private @Nullable Lease leaseOf(PoolEntry entry, WatchedLease watched) {
        var lease = leases.of(entry, pool.now());
        return entry.isActive(watched.lease()) ? lease : null;
    }

    // Abandoned.

    private void abandoned(PoolEntry entry, WatchedLease watched, PoolConfig config) {
        boolean reclaims = config.reclaimAbandoned() && !entry.session().isLent();
        boolean tells = watched.tryReportAbandoned();
        if (!reclaims && !tells) {
            return;
        }
        var trace = entry.trace();
        var lease = leaseOf(entry, watched);
        if (reclaims && !entry.tryLetGo(watched.lease())) {
            return;
        }
        if (tells && lease != null) {
            pool.crews().logs().work(() -> reportAbandoned(lease, trace, reclaims));
        }
        if (reclaims) {
            pool.crews().rest().work(() -> releaser.leave(entry, watched.lease(), EvictReason.ABANDONED, false));
        }
    }

    private void reportAbandoned(Lease lease, @Nullable Throwable trace, boolean reclaimed) {
        var site = sites.of(lease.callSite());
        site.abandoned.increment();
        site.held(lease.held());
        pool.tell(new PoolEvent.Abandoned(pool.name(), lease, stackOf(trace), reclaimed));
        long notLogged = site.pace.pass();
        if (notLogged != LogPace.HELD_BACK) {
            LOG.warn(
                    "connection abandoned: its handle became garbage without close() pool={} {} reclaimed={}"
                            + " notLogged={}{}",
                    pool.name(),
                    describe(lease),
                    reclaimed,
                    notLogged,
                    acquiredText(trace));
        }
    }

    // Taken back by force.

    private void reclaim(PoolEntry entry, WatchedLease watched) {
        var handle = watched.get();
        var lease = leaseOf(entry, watched);
        if (entry.usedSinceLook()) {
            watched.usedAt(pool.now());
            return;
        }
        if (handle == null || lease == null) {
            return;
        }
        var trace = entry.trace();
        if (!entry.tryLetGo(watched.lease())) {
            // Closed at this very moment.
            return;
        }
        var text = reclaimedText(lease);
        ReclaimedLeases.add(handle, () -> new SQLNonTransientConnectionException(text, Handles.CLOSED_STATE));
        handle.kill();
        end(entry, watched.lease());
        var site = sites.of(lease.callSite());
        site.reclaimed.increment();
        site.held(lease.held());
        pool.tell(new PoolEvent.Reclaimed(pool.name(), lease, stackOf(trace)));
        LOG.warn("lease reclaimed by force pool={} {}{}", pool.name(), describe(lease), acquiredText(trace));
    }

    /** The handle is dead: the call that may have slipped in is cancelled, and the socket aborted whatever comes of it. */
    void end(PoolEntry entry, int number) {
        entry.overtaken(LeakWatch::overtaken);
        if (!entry.isBusy()) {
            releaser.leave(entry, number, EvictReason.LEAK_RECLAIMED, true);
            return;
        }
        var left = new AtomicBoolean();
        Runnable leave = () -> {
            if (left.compareAndSet(false, true)) {
                releaser.leave(entry, number, EvictReason.LEAK_RECLAIMED, true);
            }
        };
        var limit = PoolThreads.after(CANCEL_NANOS, () -> pool.crews().rest().work(leave));
        // A cancel asks the driver, which may hang: never on those workers who shall end the lease all the same.
        pool.crews().aborts().work(() -> {
            try {
                cancel(entry);
            } finally {
                limit.cancel(false);
                leave.run();
            }
        });
    }

    /** Cancels what runs on it; asks the driver, which may hang. */
    void cancel(PoolEntry entry) {
        for (var statement : entry.session().openStatements()) {
            try {
                statement.cancel();
            } catch (SQLException | RuntimeException e) {
                LOG.debug("cancel failed pool={} connection={}", pool.name(), entry.id(), Secret.mask(e));
            }
        }
    }

    private String reclaimedText(Lease lease) {
        return "connection handle is closed: its lease was taken back by pool '%s' at %s, because it was held for %d ms"
                        .formatted(
                                pool.name(),
                                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                                lease.held().toMillis())
                + " (leak-threshold " + pool.config().leakThreshold().toMillis()
                + " ms) and no statement ran for "
                + pool.config().leakReclaimAfter().toMillis()
                + " ms (leak-reclaim-after); its transaction is rolled back; give connections back in time, or raise"
                + " leak-reclaim-after";
    }

    /** What a holder gets whose call was under way when its lease was taken back. */
    static SQLException overtaken(SQLException cause) {
        return new SQLNonTransientConnectionException(
                "connection handle is closed: its lease was taken back by the pool as a leak (leak-reclaim-after) while"
                        + " this call began",
                Handles.CLOSED_STATE,
                cause);
    }

    // Texts.

    private static String describe(Lease lease) {
        var state = lease.running()
                ? "runningMs=" + lease.runningFor().toMillis()
                : "idleMs=" + lease.idleFor().toMillis();
        return "connection=" + lease.connectionId()
                + (lease.backendId().isPresent()
                        ? " backend=" + lease.backendId().getAsLong()
                        : "")
                + " thread=" + LogText.value(lease.thread())
                + " operation=" + LogText.value(lease.operation())
                + " callSite=" + LogText.value(lease.callSite())
                + (lease.lane().isEmpty() ? "" : " lane=" + lease.lane())
                + " heldMs=" + lease.held().toMillis()
                + " transaction=" + lease.transaction()
                + " " + state
                + " sql=" + LogText.value(lease.sql());
    }

    private static List<StackTraceElement> stackOf(@Nullable Throwable trace) {
        return trace == null ? List.of() : List.of(trace.getStackTrace());
    }

    private static String acquiredText(@Nullable Throwable trace) {
        return trace == null ? "" : "\nacquired at:" + text(stackOf(trace));
    }

    private static String text(List<StackTraceElement> stack) {
        var text = new StringBuilder();
        for (var frame : stack) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }
}
