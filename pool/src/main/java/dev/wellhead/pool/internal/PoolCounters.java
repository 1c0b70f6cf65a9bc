// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has happened in a pool. {@code opened} and the closed ones change under the pool's lock together with the shelf,
 * and are read under it, so that they add up; the counters of leases live in the entries, where only their holder
 * writes, and move here when the entry leaves.
 */
final class PoolCounters {

    /** Acquires that took the slow path and found an idle connection there. */
    final LongAdder directSlowly = new LongAdder();

    final LongAdder waited = new LongAdder();
    final LongAdder waitedNanos = new LongAdder();
    final LongAdder openAttempts = new LongAdder();
    final LongAdder openFailed = new LongAdder();
    final LongAdder validated = new LongAdder();
    final LongAdder rolledBack = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder leaksSuspected = new LongAdder();
    final LongAdder nested = new LongAdder();
    final LongAdder wouldRefuse = new LongAdder();
    final LongAdder listenerFailures = new LongAdder();
    private final Map<RefusalReason, LongAdder> refused = new EnumMap<>(RefusalReason.class);

    /** Whether the last connect to end has failed. */
    private volatile boolean failing;

    // Guarded by the pool's lock.
    private long opened;
    private long reconnected;
    /** Lost connections that no other was opened for yet. */
    private int lost;

    private final Map<EvictReason, Long> closed = new EnumMap<>(EvictReason.class);
    private long goneDirect;
    private long goneReleases;
    private long goneUseNanos;

    PoolCounters() {
        for (var reason : RefusalReason.values()) {
            refused.put(reason, new LongAdder());
        }
        for (var reason : EvictReason.values()) {
            closed.put(reason, 0L);
        }
    }

    void refused(RefusalReason reason) {
        var adder = refused.get(reason);
        if (adder != null) {
            adder.increment();
        }
    }

    /** A connect failed or was abandoned. */
    void openFailed() {
        openFailed.increment();
        failing = true;
    }

    /** Lock held. */
    void opened() {
        opened++;
        if (failing || lost > 0) {
            reconnected++;
        }
        failing = false;
        lost = Math.max(0, lost - 1);
    }

    /** Lock held. */
    void closed(EvictReason reason) {
        closed.merge(reason, 1L, Long::sum);
        if (reason.isLoss()) {
            lost++;
        }
    }

    /** Lock held: the entry left the shelf. */
    void gone(PoolEntry entry, EvictReason reason) {
        closed(reason);
        goneDirect += entry.directLeases();
        goneReleases += entry.releases();
        goneUseNanos += entry.useNanos();
    }

    /** Lock held: a lease ended after its connection was closed under it. */
    void releasedLate() {
        goneReleases++;
    }

    /** Lock held. */
    Totals totals(PoolEntry[] entries) {
        long direct = goneDirect + directSlowly.sum();
        long releases = goneReleases;
        long useNanos = goneUseNanos;
        for (var entry : entries) {
            direct += entry.directLeases();
            releases += entry.releases();
            useNanos += entry.useNanos();
        }
        var refusals = new EnumMap<RefusalReason, Long>(RefusalReason.class);
        refused.forEach((reason, adder) -> refusals.put(reason, adder.sum()));
        var counters = new PoolSnapshot.Counters(
                direct,
                waited.sum(),
                refusals,
                releases,
                opened,
                openFailed.sum(),
                closed,
                validated.sum(),
                rolledBack.sum(),
                errors.sum(),
                leaksSuspected.sum(),
                nested.sum(),
                wouldRefuse.sum(),
                openAttempts.sum(),
                reconnected);
        return new Totals(counters, useNanos, waitedNanos.sum());
    }

    record Totals(PoolSnapshot.Counters counters, long useNanos, long waitedNanos) {

        long meanUseNanos() {
            return counters.released() == 0 ? 0 : useNanos / counters.released();
        }

        long meanAcquireNanos() {
            long served = counters.direct() + counters.waited();
            return served == 0 ? 0 : waitedNanos / served;
        }
    }
}
