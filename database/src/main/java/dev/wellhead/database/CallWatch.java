// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one database that are under way, looked at every {@value #TICK_MILLIS} ms, for those that are over their
 * time limit, whose thread was interrupted, or whose {@link Deadline} was closed.
 *
 * <p>A call pays one compare-and-set when it begins and one write when it ends, and no timer of its own. The looks are on
 * the timer of {@link HealthThreads} and touch memory alone: whatever waits for the network is the pool's, on its
 * workers. A second after the last call they end.
 *
 * <p>Concurrency: a call is written into its place before {@link #awake} is read; the watch falls asleep the other way
 * round and looks once more. So no call is missed.
 */
final class CallWatch {

    static final long TICK_MILLIS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(CallWatch.class);

    private static final int PLACES = 256;
    private static final int TRIES = 8;
    /** Multiplied by it, numbers of threads in a row differ in their first bits. */
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES / TRIES);
    private static final int TICKS_UNTIL_SLEEP = 50;

    private final AtomicReferenceArray<@Nullable Call> places = new AtomicReferenceArray<>(PLACES);
    /** Those that found no place; as many at most as there are threads. */
    private final Set<Call> more = ConcurrentHashMap.newKeySet();

    private volatile boolean awake;
    private @Nullable ScheduledFuture<?> looks;
    private int idleTicks;

    void add(Call call) {
        int first = (int) ((Thread.currentThread().getId() * SPREAD) >>> SHIFT) * TRIES;
        for (int i = first; i < first + TRIES; i++) {
            if (places.get(i) == null && places.compareAndSet(i, null, call)) {
                call.slot = i;
                break;
            }
        }
        if (call.slot < 0) {
            more.add(call);
        }
        if (!awake) {
            wake();
        }
    }

    void remove(Call call) {
        if (call.slot >= 0) {
            places.setRelease(call.slot, null);
            call.slot = -1;
        } else {
            more.remove(call);
        }
    }

    /** Whether nothing is under way, for tests. */
    boolean isEmpty() {
        for (int i = 0; i < PLACES; i++) {
            if (places.get(i) != null) {
                return false;
            }
        }
        return more.isEmpty();
    }

    private synchronized void wake() {
        if (!awake) {
            awake = true;
            idleTicks = 0;
            looks = HealthThreads.every(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), this::look);
        }
    }

    private void look() {
        if (lookAtAll()) {
            idleTicks = 0;
        } else if (++idleTicks > TICKS_UNTIL_SLEEP) {
            sleep();
            if (!isEmpty()) {
                wake();
            }
        }
    }

    private synchronized void sleep() {
        awake = false;
        if (looks != null) {
            looks.cancel(false);
            looks = null;
        }
    }

    private boolean lookAtAll() {
        boolean any = false;
        long now = System.nanoTime();
        for (int i = 0; i < PLACES; i++) {
            var call = places.get(i);
            if (call != null) {
                any = true;
                look(call, now);
            }
        }
        for (var call : more) {
            any = true;
            look(call, now);
        }
        return any;
    }

    private static void look(Call call, long now) {
        try {
            call.look(now);
        } catch (RuntimeException | Error e) {
            // The next one is looked at all the same.
            LOG.error("a call could not be ended", Secret.mask(e));
        }
    }
}
