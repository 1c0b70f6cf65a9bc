// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pool's coarse clock: a tick of 10 ms that the housekeeper advances while the pool is used and that sleeps while it
 * is not, so that the fast path of an acquire reads no clock.
 *
 * <p>Besides the tick it keeps {@link #freshAfter()}: a connection that was known to live after that moment may be
 * handed out as it is, every other one is validated first. That moment is the later of "now less validateAfterIdle" and
 * the last time that something made all connections suspect: a dead connection, or a jump of the clock (the process was
 * frozen). While the clock sleeps nothing is fresh, so the first caller takes the slow path and wakes it.
 *
 * <p>Differences of a coarse clock are exact on average, so the mean use time is too; the number of active connections
 * is sampled at each tick.
 */
final class Ticker {

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long JUMP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SLEEP_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = 1L << 61;

    private final LongSupplier clock;
    private final Shelf shelf;
    private final WaitLine line;

    private volatile long tick;
    private volatile long freshAfter;
    private volatile int peakActive;

    private volatile long validateAfterIdleNanos;
    private @Nullable Future<?> running;
    private boolean awake;
    private long suspectBefore;
    private long lastUsed;
    private long lastReleases;
    private long samples;
    private long activeSum;

    Ticker(LongSupplier clock, Shelf shelf, WaitLine line, long validateAfterIdleNanos) {
        this.clock = clock;
        this.shelf = shelf;
        this.line = line;
        this.validateAfterIdleNanos = validateAfterIdleNanos;
        long now = clock.getAsLong();
        this.tick = now;
        this.suspectBefore = now - NEVER;
        this.freshAfter = now + NEVER;
    }

    /** The coarse time, comparable with {@link System#nanoTime()}. */
    long tick() {
        return tick;
    }

    long freshAfter() {
        return freshAfter;
    }

    void validateAfterIdle(long nanos) {
        validateAfterIdleNanos = nanos;
    }

    /** Makes the tick true again if it slept. */
    synchronized void wake() {
        if (awake) {
            return;
        }
        awake = true;
        long now = clock.getAsLong();
        tick = now;
        lastUsed = now;
        refresh(now);
        running = PoolThreads.every(TICK_NANOS, this::advance);
    }

    synchronized void stop() {
        if (running != null) {
            running.cancel(false);
        }
        awake = false;
        freshAfter = clock.getAsLong() + NEVER;
    }

    /** From now on every connection that was not heard of since is validated before hand-out. */
    synchronized void suspectAll() {
        suspectBefore = clock.getAsLong();
        if (awake) {
            refresh(suspectBefore);
        }
    }

    /** Whether something made connections suspect within that time. */
    synchronized boolean suspectedWithin(long nanos) {
        return clock.getAsLong() - suspectBefore < nanos;
    }

    synchronized boolean isSuspect(PoolEntry entry) {
        return entry.aliveTick() - suspectBefore <= 0;
    }

    int peakActive() {
        return peakActive;
    }

    synchronized double meanActive() {
        return samples == 0 ? 0 : (double) activeSum / samples;
    }

    private synchronized void advance() {
        if (!awake) {
            return;
        }
        long now = clock.getAsLong();
        if (now - tick > JUMP_NANOS) {
            suspectBefore = now;
        }
        tick = now;
        refresh(now);
        sample(now);
    }

    private void sample(long now) {
        int active = 0;
        long releases = 0;
        for (var entry : shelf.entries()) {
            releases += entry.releases();
            if (entry.state() == State.ACTIVE) {
                active++;
            }
        }
        samples++;
        activeSum += active;
        peakActive = Math.max(peakActive, active);
        if (active > 0 || !line.isEmpty() || releases != lastReleases) {
            lastReleases = releases;
            lastUsed = now;
        } else if (now - lastUsed > SLEEP_AFTER_NANOS) {
            stop();
        }
    }

    private void refresh(long now) {
        long byAge = now - validateAfterIdleNanos;
        freshAfter = byAge - suspectBefore > 0 ? byAge : suspectBefore;
    }
}
