// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * The events that one listener has not heard yet, in order.
 *
 * <p>Who tells only adds to a queue. A worker delivers, {@link #DELAY_NANOS} after the first event and again as long as
 * events come, so that a caller pays for waking it once a millisecond at most. At any time one worker at most is with
 * the listener: one that blocks keeps that worker and its own events, of which the newest are dropped and counted when
 * {@link #MOST} wait.
 */
final class Mailbox {

    static final int MOST = 10_000;

    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final PoolListener listener;
    private final BiConsumer<PoolEvent, Throwable> onFailure;
    private final Runnable onDropped;
    private final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean isCalled = new AtomicBoolean();

    Mailbox(PoolListener listener, BiConsumer<PoolEvent, Throwable> onFailure, Runnable onDropped) {
        this.listener = listener;
        this.onFailure = onFailure;
        this.onDropped = onDropped;
    }

    boolean isFor(PoolListener other) {
        return listener.equals(other);
    }

    /** Whether the listener has heard everything. */
    boolean isDelivered() {
        return waiting.get() == 0;
    }

    void add(PoolEvent event) {
        if (waiting.incrementAndGet() > MOST) {
            waiting.decrementAndGet();
            onDropped.run();
            return;
        }
        events.add(event);
        call();
    }

    private void call() {
        if (!isCalled.get() && isCalled.compareAndSet(false, true)) {
            later();
        }
    }

    private void later() {
        var unused = PoolThreads.after(DELAY_NANOS, () -> PoolThreads.execute(this::deliver));
    }

    private void failed(PoolEvent event, Throwable cause) {
        try {
            onFailure.accept(event, cause);
        } catch (Throwable e) {
            // Where even the log fails nobody can be told; the next events are still delivered.
        }
    }

    private void deliver() {
        boolean any = false;
        for (var event = events.poll(); event != null; event = events.poll()) {
            any = true;
            try {
                listener.onEvent(event);
            } catch (Throwable e) {
                failed(event, e);
            } finally {
                waiting.decrementAndGet();
            }
        }
        if (any) {
            later();
            return;
        }
        isCalled.set(false);
        if (!events.isEmpty()) {
            call();
        }
    }
}
