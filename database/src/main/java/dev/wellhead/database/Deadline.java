// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A time limit for all calls that this thread makes while it is open, on whatever database, in place of {@link
 * TimeLimits#call} and {@link TimeLimits#transaction}. Open it in try-with-resources:
 *
 * <pre>{@code
 * try (var deadline = Deadline.open(Duration.ofSeconds(2))) {
 *     database.update("archive", "UPDATE ...");
 * }
 * }</pre>
 *
 * <p>One that is opened inside of another ends with it at the latest. Other threads do not have it.
 *
 * <p>{@link #close} may be called by any thread: calls that are still under way, and streams that are still read, are
 * then cancelled on the server and fail with {@link InterruptedCallException}. It returns at once.
 */
public final class Deadline implements AutoCloseable {

    @SuppressWarnings("ThreadLocalUsage") // One for the process; removed when the outermost is closed.
    private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

    /** Whether there ever was one, so that threads which never have one are not asked, and carry nothing. */
    private static volatile boolean used;

    private final @Nullable Deadline outer;
    private final Thread owner = Thread.currentThread();
    private final boolean isCallers;
    /** What was asked for; 0 where it only ends with an outer one, or never. */
    private final long limitNanos;

    private final boolean hasEnd;
    private final long endNanos;
    private volatile boolean closed;
    private volatile @Nullable Consumer<QueryTimeoutException> whenExpired;

    private Deadline(@Nullable Deadline outer, long limitNanos, boolean isCallers, long now) {
        this.outer = outer;
        this.isCallers = isCallers;
        long end = now + limitNanos;
        if (outer != null && outer.hasEnd && (limitNanos == 0 || outer.endNanos - end < 0)) {
            this.limitNanos = outer.limitNanos;
            this.hasEnd = true;
            this.endNanos = outer.endNanos;
        } else {
            this.limitNanos = limitNanos;
            this.hasEnd = limitNanos > 0;
            this.endNanos = end;
        }
    }

    /**
     * Opens one on this thread.
     *
     * @param limit from now on; zero: none of its own, so that it serves for {@link #close} alone
     * @throws IllegalArgumentException when it is negative
     */
    public static Deadline open(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit=" + limit + ": must not be negative; use 0 for no limit");
        }
        return bind(new Deadline(current(), TimeUnit.NANOSECONDS.convert(limit), true, System.nanoTime()));
    }

    /**
     * Tells of each call that has failed because it ran over its limit while this was open, before its exception is
     * thrown, on the caller's thread. What the callback throws is logged. Replaces the callback before.
     */
    public Deadline whenExpired(Consumer<QueryTimeoutException> callback) {
        whenExpired = callback;
        return this;
    }

    /** Time left, zero when it is over; a thousand years where there is no limit. */
    public Duration remaining() {
        return hasEnd ? Duration.ofNanos(Math.max(0, endNanos - System.nanoTime())) : Duration.ofDays(365_000);
    }

    /** Ends it; cancels what is under way. For any thread, any number of times. */
    @Override
    @SuppressWarnings("ReferenceEquality") // A thread is itself.
    public void close() {
        closed = true;
        if (Thread.currentThread() == owner) {
            unbind();
        }
    }

    /** Without a limit's end, for it changes. */
    @Override
    public String toString() {
        return "Deadline[" + TimeUnit.NANOSECONDS.toMillis(limitNanos) + "ms" + (closed ? ", closed]" : "]");
    }

    /** That of this thread, or null. */
    static @Nullable Deadline current() {
        return used ? CURRENT.get() : null;
    }

    /**
     * The one that a call goes by which has that limit of its own, 0 for none. If it is not that of the thread, it is
     * bound to it, and {@link #unbind} is due after the call.
     */
    static @Nullable Deadline ofCall(long limitNanos, long now) {
        var outer = current();
        if (limitNanos == 0 || (outer != null && outer.isCallers && outer.hasEnd)) {
            return outer;
        }
        return bind(new Deadline(outer, limitNanos, false, now));
    }

    private static Deadline bind(Deadline one) {
        used = true;
        CURRENT.set(one);
        return one;
    }

    /** The thread goes by the outer one again, unless it does already. */
    @SuppressWarnings("ReferenceEquality") // One is itself.
    void unbind() {
        for (var now = CURRENT.get(); now != null; now = now.outer) {
            if (now == this) {
                if (outer == null) {
                    CURRENT.remove();
                } else {
                    CURRENT.set(outer);
                }
                return;
            }
        }
    }

    /** What is left on this thread, for who would wait longer; the longest time there is where there is no limit. */
    static long leftNanos() {
        var now = current();
        return now == null || !now.hasEnd ? Long.MAX_VALUE : Math.max(0, now.endNanos - System.nanoTime());
    }

    boolean isCallers() {
        return isCallers;
    }

    boolean hasEnd() {
        return hasEnd;
    }

    /** When it ends, by {@link System#nanoTime}. */
    long endNanos() {
        return endNanos;
    }

    long limitNanos() {
        return limitNanos;
    }

    /** Whether it, or one around it, was closed. */
    boolean isClosed() {
        for (var one = this; one != null; one = one.outer) {
            if (one.closed) {
                return true;
            }
        }
        return false;
    }

    /** Tells the callbacks, the innermost first. */
    void tell(QueryTimeoutException expired, CallLog log) {
        for (var one = this; one != null; one = one.outer) {
            var callback = one.whenExpired;
            if (callback != null) {
                try {
                    callback.accept(expired);
                } catch (RuntimeException e) {
                    log.hookFailed(expired.operation(), "whenExpired", e);
                }
            }
        }
    }
}
