// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pool snapshots for tests that need no pool. */
final class Snapshots {

    private Snapshots() {}

    static PoolSnapshot idle() {
        return of(0, 2, 0);
    }

    /** Of at most 20 connections. */
    static PoolSnapshot of(int active, int idle, int waiting) {
        Map<RefusalReason, Long> refused = new EnumMap<>(RefusalReason.class);
        Map<EvictReason, Long> closed = new EnumMap<>(EvictReason.class);
        var counters = new PoolSnapshot.Counters(0, 0, refused, 0, active + idle, 0, closed, 0, 0, 0, 0, 0, 0, 0, 0);
        return new PoolSnapshot(
                "orders",
                PoolState.RUNNING,
                active,
                idle,
                0,
                0,
                waiting,
                active + idle,
                active + idle,
                20,
                2,
                active,
                active,
                waiting == 0 ? Duration.ZERO : Duration.ofMillis(321),
                Duration.ofMillis(1),
                Duration.ofMillis(45),
                List.of(),
                Optional.empty(),
                counters,
                Optional.empty(),
                Instant.now());
    }
}
