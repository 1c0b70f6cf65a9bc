// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many callers came and how many of them were served lately, to within 50 ms. Callers who are refused have come too.
 * Not thread-safe; guarded by the pool's lock.
 */
final class Flow {

    private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SLOTS = 80;
    static final long LONGEST_NANOS = SLOT_NANOS * (SLOTS - 1);

    private final long originNanos;
    /** What the counts were when the slot began. */
    private final long[] cameBefore = new long[SLOTS];

    private final long[] servedBefore = new long[SLOTS];
    private long slot;
    private long came;
    private long served;

    Flow(long now) {
        originNanos = now;
    }

    void came(long now) {
        turn(now);
        came++;
    }

    void served(long now) {
        turn(now);
        served++;
    }

    /** How many came in that time up to now, at most {@link #LONGEST_NANOS}. */
    long came(long withinNanos, long now) {
        turn(now);
        return came - cameBefore[slotBefore(withinNanos)];
    }

    long served(long withinNanos, long now) {
        turn(now);
        return served - servedBefore[slotBefore(withinNanos)];
    }

    private int slotBefore(long nanos) {
        return (int) Math.floorMod(slot - nanos / SLOT_NANOS, (long) SLOTS);
    }

    private void turn(long now) {
        long current = (now - originNanos) / SLOT_NANOS;
        if (current - slot >= SLOTS) {
            Arrays.fill(cameBefore, came);
            Arrays.fill(servedBefore, served);
            slot = current;
        }
        while (slot < current) {
            slot++;
            cameBefore[(int) (slot % SLOTS)] = came;
            servedBefore[(int) (slot % SLOTS)] = served;
        }
    }
}
