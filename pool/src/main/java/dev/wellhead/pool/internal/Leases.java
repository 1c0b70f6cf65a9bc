// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Lease;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads what the pool knows of its leases, for whoever asks: operators, error texts, reports. Never asks a driver. */
final class Leases {

    private static final int SQL_SHOWN = 100;
    /** No more of a statement is handed to the function that makes it showable. */
    private static final int SQL_READ = 4_096;

    private final Pool pool;
    private final UnaryOperator<String> showable;
    /** Held while stacks are looked at, by one thread at a time; the others do without. No other lock is taken in it. */
    private final ReentrantLock looking = new ReentrantLock();

    Leases(Pool pool, UnaryOperator<String> showable) {
        this.pool = pool;
        this.showable = showable;
    }

    /** All leases, longest first. */
    List<Lease> all() {
        long now = pool.now();
        var all = new ArrayList<Lease>();
        for (var entry : pool.shelf().entries()) {
            var lease = of(entry, now);
            if (lease != null) {
                all.add(lease);
            }
        }
        all.sort((a, b) -> b.held().compareTo(a.held()));
        return List.copyOf(all);
    }

    /** The lease of that connection as it is now, or null when nobody holds it. */
    @Nullable
    Lease of(PoolEntry entry, long nowNanos) {
        int number = entry.noted();
        var thread = entry.holder();
        if (!entry.notesLeases() || thread == null || !entry.isActive(number)) {
            return null;
        }
        boolean runs = entry.statementRuns();
        long began = entry.acquiredTick();
        long last = Math.max(0, entry.statementTick() - began);
        var held = Duration.ofNanos(Math.max(0, nowNanos - began));
        var sinceStatement = Duration.ofNanos(Math.max(0, nowNanos - began - last));
        var lease = new Lease(
                entry.id(),
                number,
                entry.session().backendId(),
                thread.getName(),
                entry.operation(),
                callSite(entry, number),
                lane(entry),
                shown(entry.sql(number)),
                entry.session().transaction(runs),
                runs,
                runs ? sinceStatement : Duration.ZERO,
                runs ? Duration.ZERO : sinceStatement,
                held,
                Instant.now().minus(held));
        VarHandle.loadLoadFence();
        return entry.isActive(number) ? lease : null;
    }

    private String lane(PoolEntry entry) {
        int lane = entry.lane();
        return lane == PoolEntry.NO_LANE ? "" : pool.line().laneName(lane);
    }

    /** What may be shown of a statement; empty for null. */
    String shown(@Nullable String sql) {
        if (sql == null) {
            return "";
        }
        String text;
        try {
            text = showable.apply(sql.length() <= SQL_READ ? sql : sql.substring(0, SQL_READ));
        } catch (RuntimeException e) {
            // Somebody else's function: what it cannot read is not shown, for it may hold secrets.
            return "(not readable)";
        }
        return LogText.oneLine(text.length() <= SQL_SHOWN ? text : text.substring(0, SQL_SHOWN));
    }

    /** The operation, else where it was acquired if that is traced, else where its thread was when it was looked at. */
    static String callSite(PoolEntry entry, int lease) {
        var operation = entry.operation();
        if (!operation.isEmpty()) {
            return CallSites.named(operation);
        }
        var trace = entry.trace();
        if (trace != null) {
            return CallSites.of(entry.physical()).of(trace);
        }
        var watched = entry.watched(lease);
        var seen = watched == null ? null : watched.callSite();
        return seen == null ? "" : seen;
    }

    /**
     * Looks where the threads are that hold connections without a name or a trace, once a lease, at most so many. Takes
     * some microseconds each and never waits.
     */
    void look(int most) {
        if (!looking.tryLock()) {
            return;
        }
        try {
            int left = most;
            for (var entry : pool.shelf().entries()) {
                if (left > 0 && entry.operation().isEmpty() && entry.trace() == null && look(entry)) {
                    left--;
                }
            }
        } finally {
            looking.unlock();
        }
    }

    private boolean look(PoolEntry entry) {
        var watched = entry.watch(pool.now());
        var holder = entry.holder();
        if (watched == null || holder == null || watched.callSite() != null) {
            return false;
        }
        var stack = holder.getStackTrace();
        if (!entry.isActive(watched.lease())) {
            return false;
        }
        seen(entry, watched, stack);
        return true;
    }

    /** Remembers where the holder was, for the life of the lease. */
    static void seen(PoolEntry entry, WatchedLease watched, StackTraceElement[] stack) {
        if (watched.callSite() == null) {
            watched.callSite(CallSites.of(entry.physical()).find(stack));
        }
    }
}
