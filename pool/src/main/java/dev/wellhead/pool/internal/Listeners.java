// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.Secret;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happened, each through its {@link Mailbox}, so that none of them can disturb a caller, a timer or
 * another listener. Their exceptions, and events dropped because a listener is behind, are counted and logged once a
 * minute.
 */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long FLUSH_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String pool;
    private final CopyOnWriteArrayList<Mailbox> mailboxes = new CopyOnWriteArrayList<>();
    private final LongAdder failures;
    private final LongAdder dropped = new LongAdder();
    private final LogPace failurePace = new LogPace(LOG_EVERY_NANOS, System::nanoTime);
    private final LogPace droppedPace = new LogPace(LOG_EVERY_NANOS, System::nanoTime);

    Listeners(String pool, List<PoolListener> listeners, LongAdder failures) {
        this.pool = pool;
        this.failures = failures;
        listeners.forEach(this::add);
    }

    /** Whether nobody listens, so that no event needs to be made. */
    boolean none() {
        return mailboxes.isEmpty();
    }

    void add(PoolListener listener) {
        mailboxes.add(new Mailbox(listener, this::failed, this::dropped));
    }

    void remove(PoolListener listener) {
        mailboxes.removeIf(mailbox -> mailbox.isFor(listener));
    }

    /** Never blocks; the listeners hear of it on a worker. */
    void tell(PoolEvent event) {
        for (var mailbox : mailboxes) {
            mailbox.add(event);
        }
    }

    /** Waits until all has been heard, or that long. */
    void awaitDelivered(long nanos) {
        long began = System.nanoTime();
        while (!mailboxes.stream().allMatch(Mailbox::isDelivered) && System.nanoTime() - began < nanos) {
            LockSupport.parkNanos(this, FLUSH_POLL_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void failed(PoolEvent event, Throwable e) {
        failures.increment();
        if (failurePace.pass() != LogPace.HELD_BACK) {
            LOG.warn(
                    "listener failed pool={} event={} failures={}",
                    pool,
                    event.getClass().getSimpleName(),
                    failures.sum(),
                    Secret.mask(e));
        }
    }

    private void dropped() {
        dropped.increment();
        if (droppedPace.pass() != LogPace.HELD_BACK) {
            PoolThreads.work(
                    () -> LOG.warn("listener is behind, events are dropped pool={} dropped={}", pool, dropped.sum()));
        }
    }
}
