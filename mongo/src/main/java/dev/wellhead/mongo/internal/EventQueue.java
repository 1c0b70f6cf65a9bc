// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of a client's connections, one event at a time and in order, on a thread that is there while there is
 * something to tell. Who falls {@value #MOST} events behind loses the newest, which is logged once a minute.
 */
public final class EventQueue {

    static final int MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String pool;
    private final List<PoolListener> listeners = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor thread;
    private final AtomicLong failures = new AtomicLong();
    private volatile long loggedNanos = System.nanoTime() - MINUTE_NANOS;

    /** @param pool the client's name */
    public EventQueue(String pool) {
        this.pool = pool;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST),
                work -> {
                    var made = new Thread(work, "wellhead-mongo-events");
                    made.setDaemon(true);
                    return made;
                },
                (work, executor) -> failed("too many"));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Tells that one from now on. */
    public void add(PoolListener listener) {
        listeners.add(listener);
    }

    /** Tells that one no longer. */
    public void remove(PoolListener listener) {
        listeners.remove(listener);
    }

    /** At once. */
    void tell(PoolEvent event) {
        if (!listeners.isEmpty()) {
            thread.execute(() -> listeners.forEach(listener -> tell(listener, event)));
        }
    }

    private void tell(PoolListener listener, PoolEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException e) {
            failed(event.getClass().getSimpleName());
        }
    }

    private void failed(String event) {
        long count = failures.incrementAndGet();
        long now = System.nanoTime();
        if (now - loggedNanos >= MINUTE_NANOS) {
            loggedNanos = now;
            LOG.warn("listener failed pool={} event={} failures={}", pool, event, count);
        }
    }
}
