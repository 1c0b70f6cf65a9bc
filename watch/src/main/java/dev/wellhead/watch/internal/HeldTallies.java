// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.watch.HeldStats;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How long connections were held, by operation or place. Any thread may call; nothing in it waits. */
final class HeldTallies {

    static final int MOST = 500;

    private static final String UNKNOWN = "(unknown)";
    private static final String OTHERS = "(others)";

    private static final class Held {
        private final LongAdder leases = new LongAdder();
        private final LongAdder waitNanos = new LongAdder();
        private final LongAdder heldNanos = new LongAdder();
        private final LongAdder sqlNanos = new LongAdder();
    }

    private final ConcurrentHashMap<String, Held> byWork = new ConcurrentHashMap<>();

    void add(String work, long waitNanos, long heldNanos, long sqlNanos) {
        var held = of(work.isEmpty() ? UNKNOWN : work);
        held.leases.increment();
        if (waitNanos > 0) {
            held.waitNanos.add(waitNanos);
        }
        held.heldNanos.add(heldNanos);
        held.sqlNanos.add(sqlNanos);
    }

    private Held of(String work) {
        var known = byWork.get(work);
        return known != null ? known : byWork.computeIfAbsent(byWork.size() < MOST ? work : OTHERS, key -> new Held());
    }

    List<HeldStats> stats() {
        return byWork.entrySet().stream()
                .map(entry -> new HeldStats(
                        entry.getKey(),
                        entry.getValue().leases.sum(),
                        Duration.ofNanos(entry.getValue().waitNanos.sum()),
                        Duration.ofNanos(entry.getValue().heldNanos.sum()),
                        Duration.ofNanos(entry.getValue().sqlNanos.sum())))
                .sorted(Comparator.comparing((HeldStats stats) -> stats.held().minus(stats.sql()))
                        .reversed())
                .toList();
    }
}
