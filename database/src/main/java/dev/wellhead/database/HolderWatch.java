// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Lease;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What holders do with their connections, by a look once a second. Each connection that is held counts once a look, so that
 * the share of those on which no statement ran is the share of the time.
 *
 * <p>{@link #look} is called by one thread at a time; {@link #advice} by any.
 */
final class HolderWatch {

    private static final Duration STALLED_AFTER = Duration.ofSeconds(1);
    private static final long WINDOW_NANOS = Duration.ofMinutes(5).toNanos();
    private static final int FEW = 20;
    private static final double MUCH = 0.5;

    /** Connections seen held, and of these without a statement. */
    private record Seen(long held, long idle) {
        static final Seen NONE = new Seen(0, 0);
    }

    private Set<Long> stalled = Set.of();
    private long windowNanos = System.nanoTime();
    private volatile Seen before = Seen.NONE;
    private volatile Seen now = Seen.NONE;

    /** Whether a call has made no progress for a second that had at the look before. */
    boolean look(List<Lease> leases, long nowNanos) {
        if (nowNanos - windowNanos >= WINDOW_NANOS) {
            windowNanos = nowNanos;
            before = now;
            now = Seen.NONE;
        }
        long idle = leases.stream().filter(lease -> !lease.running()).count();
        now = new Seen(now.held() + leases.size(), now.idle() + idle);
        Set<Long> stalledNow = new HashSet<>();
        for (var lease : leases) {
            if (lease.running() && lease.runningFor().compareTo(STALLED_AFTER) >= 0) {
                stalledNow.add(lease.connectionId());
            }
        }
        var isNew = !stalled.containsAll(stalledNow);
        stalled = stalledNow;
        return isNew;
    }

    /** What there is to say. */
    List<String> advice() {
        var last = before;
        var latest = now;
        long held = last.held() + latest.held();
        long idle = last.idle() + latest.idle();
        if (held < FEW || idle < MUCH * held) {
            return List.of();
        }
        return List.of(String.format(
                Locale.ROOT,
                "Connections are held without work: in %d of %d looks (%.0f %%) in the last ten minutes no statement ran on"
                        + " a connection that was held: take it later, give it back earlier, and do other work, such as"
                        + " calls of other services, in between.",
                idle,
                held,
                100.0 * idle / held));
    }
}
