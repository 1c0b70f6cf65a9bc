// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Reads a pool into a {@link PoolSnapshot}; the pool's lock is held. */
final class SnapshotBuilder {

    private SnapshotBuilder() {}

    static PoolSnapshot build(Pool pool, PoolEntry[] entries, PoolCounters counters, Ticker ticker, Opener opener) {
        int active = 0;
        int idle = 0;
        int healthy = 0;
        for (var entry : entries) {
            // A CLOSED entry that has not left the shelf yet counts as validating, so that the sum holds.
            switch (entry.state()) {
                case ACTIVE -> active++;
                case IDLE -> idle++;
                case VALIDATING, CLOSED -> {}
            }
            if (entry.evictReason() == null && !ticker.isSuspect(entry)) {
                healthy++;
            }
        }
        var config = pool.config();
        var totals = counters.totals(entries);
        long now = pool.now();
        return new PoolSnapshot(
                config.name(),
                pool.state(),
                active,
                idle,
                opener.underWay(),
                entries.length - active - idle,
                pool.line().size(),
                entries.length,
                healthy,
                config.maxSize(),
                config.minIdle(),
                Math.max(active, ticker.peakActive()),
                ticker.meanActive(),
                Duration.ofNanos(Math.max(0, now - pool.line().oldestSinceNanos(now))),
                Duration.ofNanos(totals.meanAcquireNanos()),
                Duration.ofNanos(totals.meanUseNanos()),
                pool.line().use(),
                Optional.ofNullable(pool.share()).map(Share::use),
                totals.counters(),
                Optional.ofNullable(opener.lastFailure()),
                Instant.now());
    }
}
