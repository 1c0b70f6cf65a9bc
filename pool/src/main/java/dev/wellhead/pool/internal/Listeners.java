// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what happened; their exceptions are counted and logged once a minute, on a worker. */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String pool;
    private final CopyOnWriteArrayList<PoolListener> listeners;
    private final LongAdder failures;
    private final LogPace pace = new LogPace(LOG_EVERY_NANOS, System::nanoTime);

    Listeners(String pool, List<PoolListener> listeners, LongAdder failures) {
        this.pool = pool;
        this.listeners = new CopyOnWriteArrayList<>(listeners);
        this.failures = failures;
    }

    /** Whether nobody listens, so that no event needs to be made. */
    boolean none() {
        return listeners.isEmpty();
    }

    void add(PoolListener listener) {
        listeners.add(listener);
    }

    void remove(PoolListener listener) {
        listeners.remove(listener);
    }

    void tell(PoolEvent event) {
        for (var listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | Error e) {
                failures.increment();
                logNowAndThen(event, e);
            }
        }
    }

    private void logNowAndThen(PoolEvent event, Throwable e) {
        if (pace.pass() != LogPace.HELD_BACK) {
            PoolThreads.work(() -> LOG.warn(
                    "listener failed pool={} event={} failures={}",
                    pool,
                    event.getClass().getSimpleName(),
                    failures.sum(),
                    e));
        }
    }
}
