// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolConfig;
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
 * the last time that something made all connections suspect: a dead connection, or a jump of the clock. While the clock
 * sleeps nothing is fresh, so the first caller takes the slow path and wakes it.
 *
 * <h2>Jumps</h2>
 *
 * A process that was frozen missed its ticks, or, while the tick slept, the passes of the housekeeper; in a machine that
 * was suspended the clock for intervals stood still, and the wall clock is ahead of it. Either way the other end may have
 * given up on the connections. A wall clock that is merely set forward costs one validation each.
 *
 * <p>Differences of a coarse clock are exact on average, so the mean use time is too; the number of active connections
 * is sampled at each tick.
 */
final class Ticker {

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long JUMP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SLEEP_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    static final long NEVER = 1L << 61;

    private final LongSupplier clock;
    private final LongSupplier wallMillis;
    private final Runnable onJump;
    private final Shelf shelf;
    private final WaitLine line;

    /** Called after each advance, outside of the monitor. */
    private final Runnable onTick;

    private volatile long tick;
    private volatile long freshAfter;
    private volatile int peakActive;

    private volatile long validateAfterIdleNanos;
    private @Nullable Future<?> running;
    private boolean awake;
    /** Written under the monitor. */
    private volatile long suspectBefore;

    private long suspectedAt;
    private long beatNanos;
    private long lastBeat;
    private long lastWallMillis;
    /** Written under the monitor. */
    private volatile long lastUsed;

    private long lastReleases;
    private long samples;
    private long activeSum;

    /** Where the times come from, who is told, on any thread, that they jumped, and who is called at each tick. */
    record Clocks(LongSupplier nanos, LongSupplier wallMillis, Runnable onJump, Runnable onTick) {}

    Ticker(Clocks clocks, Shelf shelf, WaitLine line, PoolConfig config) {
        this.clock = clocks.nanos();
        this.wallMillis = clocks.wallMillis();
        this.onJump = clocks.onJump();
        this.onTick = clocks.onTick();
        this.shelf = shelf;
        this.line = line;
        this.validateAfterIdleNanos = config.validateAfterIdle().toNanos();
        this.beatNanos = config.housekeeperInterval().toNanos();
        long now = clock.getAsLong();
        this.tick = now;
        this.suspectBefore = now - NEVER;
        this.suspectedAt = now - NEVER;
        this.lastBeat = now;
        this.lastUsed = now;
        this.lastWallMillis = wallMillis.getAsLong();
        this.freshAfter = now + NEVER;
    }

    /** The coarse time, comparable with {@link System#nanoTime()}. */
    long tick() {
        return tick;
    }

    long freshAfter() {
        return freshAfter;
    }

    synchronized void reconfigure(PoolConfig config) {
        validateAfterIdleNanos = config.validateAfterIdle().toNanos();
        beatNanos = config.housekeeperInterval().toNanos();
        lastBeat = clock.getAsLong();
    }

    /** Makes the tick true again if it slept. */
    void wake() {
        boolean jumped = false;
        synchronized (this) {
            if (!awake) {
                jumped = awaken();
            }
        }
        if (jumped) {
            onJump.run();
        }
    }

    /** The housekeeper has passed: its passes show a frozen process while the tick sleeps. */
    void beat() {
        boolean jumped;
        synchronized (this) {
            jumped = beat(clock.getAsLong());
        }
        if (jumped) {
            onJump.run();
        }
    }

    private boolean awaken() {
        long now = clock.getAsLong();
        boolean jumped = beat(now);
        awake = true;
        tick = now;
        lastUsed = now;
        refresh(now);
        running = PoolThreads.every(TICK_NANOS, () -> {
            advance();
            onTick.run();
        });
        return jumped;
    }

    /** Compares the clocks with when they were last looked at; true when they jumped. */
    private boolean beat(long now) {
        long wall = wallMillis.getAsLong();
        long gap = now - lastBeat;
        long ahead = TimeUnit.MILLISECONDS.toNanos(wall - lastWallMillis) - gap;
        lastBeat = now;
        lastWallMillis = wall;
        boolean jumped = ahead > JUMP_NANOS || gap > JUMP_NANOS + (awake ? 0 : beatNanos);
        if (jumped) {
            suspectedAt = now;
            suspectBefore = now;
        }
        return jumped;
    }

    synchronized void stop() {
        if (running != null) {
            running.cancel(false);
        }
        awake = false;
        freshAfter = clock.getAsLong() + NEVER;
    }

    /** From now on every connection that was not heard of after that moment is validated before hand-out. */
    synchronized void suspect(long heardBefore) {
        long now = clock.getAsLong();
        suspectedAt = now;
        if (heardBefore - suspectBefore > 0) {
            suspectBefore = heardBefore;
            if (awake) {
                refresh(now);
            }
        }
    }

    /** Whether something made connections suspect within that time. */
    synchronized boolean suspectedWithin(long nanos) {
        return clock.getAsLong() - suspectedAt < nanos;
    }

    synchronized boolean isSuspect(PoolEntry entry) {
        return entry.aliveTick() - suspectBefore <= 0;
    }

    /** Whether something made connections suspect at that moment or later. */
    boolean suspectedSince(long moment) {
        return suspectBefore - moment >= 0;
    }

    /** For how long nobody has asked for a connection or held one, exact to some ticks. */
    long unusedNanos(long now) {
        return now - lastUsed;
    }

    int peakActive() {
        return peakActive;
    }

    synchronized double meanActive() {
        return samples == 0 ? 0 : (double) activeSum / samples;
    }

    private void advance() {
        boolean jumped;
        synchronized (this) {
            if (!awake) {
                return;
            }
            long now = clock.getAsLong();
            jumped = beat(now);
            tick = now;
            refresh(now);
            sample(now);
        }
        if (jumped) {
            onJump.run();
        }
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
        // Fewer than before: a connection has left, and nobody has used one by that.
        boolean released = releases > lastReleases;
        lastReleases = releases;
        if (active > 0 || !line.isEmpty() || released) {
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
