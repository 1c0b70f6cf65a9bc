// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import dev.wellhead.pool.spi.HostSupport;
import dev.wellhead.pool.spi.HostSupport.Look;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one host what it is, on a worker and over a connection of its own, one question at a time.
 *
 * <p>A question without an answer after {@link #LIMIT_NANOS} is given up: the host counts as down, the connection is
 * aborted, and the next question takes a new one. Those that hang in the driver nevertheless are {@link #MOST_HUNG} at
 * most; then the host is asked no more until one of them returns.
 */
final class HostProbe {

    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MOST_HUNG = 4;
    private static final int SHOWN = 300;

    private final Pool pool;
    private final Connector connector;
    private final HostSupport support;
    private final Host host;
    private final Consumer<Look> answered;
    private final Consumer<String> failed;
    private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
    private final AtomicReference<@Nullable Question> running = new AtomicReference<>();
    private final AtomicInteger hung = new AtomicInteger();
    private volatile boolean closed;
    /** What a question uses now is not kept; set before what is kept is dropped. */
    private volatile boolean outdated;

    /** The consumers are called on workers. */
    HostProbe(
            Pool pool,
            Connector connector,
            HostSupport support,
            Host host,
            Consumer<Look> answered,
            Consumer<String> failed) {
        this.pool = pool;
        this.connector = connector;
        this.support = support;
        this.host = host;
        this.answered = answered;
        this.failed = failed;
    }

    /** Asks, unless a question is under way. Never blocks. */
    void ask() {
        if (closed || hung.get() >= MOST_HUNG || running.get() != null) {
            return;
        }
        var question = new Question();
        if (running.compareAndSet(null, question)) {
            question.timer = PoolThreads.after(LIMIT_NANOS, question::late);
            pool.crews().probes().work(question);
        }
    }

    /** Whether the answer under way takes longer than answers do. */
    boolean isSlow() {
        var question = running.get();
        return question != null && pool.now() - question.beganNanos > SLOW_NANOS;
    }

    /** Asks no more. Never blocks. */
    void close() {
        closed = true;
        rest();
    }

    /** Holds no connection until it is to ask again. Never blocks. */
    void rest() {
        if (kept.get() != null) {
            pool.crews().probes().work(() -> drop(kept.getAndSet(null)));
        }
    }

    /** Asks over a new connection from now on. Never blocks. */
    void reconnect() {
        outdated = true;
        rest();
    }

    private void keep(@Nullable Connection connection) {
        kept.set(connection);
        if (closed || outdated) {
            drop(kept.getAndSet(null));
        }
    }

    private void drop(@Nullable Connection connection) {
        if (connection != null) {
            pool.closer().end(connection, false);
        }
    }

    private static String text(Throwable failure) {
        var message = Secret.mask(String.valueOf(failure.getMessage()));
        return message.length() <= SHOWN ? message : message.substring(0, SHOWN);
    }

    private final class Question implements Runnable {

        private final long beganNanos = pool.now();
        private volatile @Nullable Future<?> timer;
        private volatile @Nullable Connection used;

        @Override
        public void run() {
            Look look = null;
            var failure = "";
            try {
                look = look();
            } catch (Exception | Error e) {
                failure = text(e);
            }
            var limit = timer;
            if (limit != null) {
                limit.cancel(false);
            }
            if (!running.compareAndSet(this, null)) {
                hung.decrementAndGet();
                drop(used);
            } else if (look == null) {
                drop(used);
                failed.accept(failure);
            } else {
                keep(used);
                answered.accept(look);
            }
        }

        private Look look() throws Exception {
            var known = kept.getAndSet(null);
            if (known != null) {
                used = known;
                try {
                    return support.look(known);
                } catch (SQLException lost) {
                    // The server may have been restarted: whether it is there, a new connection tells.
                    used = null;
                    drop(known);
                }
            }
            long limitMillis = TimeUnit.NANOSECONDS.toMillis(LIMIT_NANOS);
            outdated = false;
            var fresh = connector.connectTo(host, limitMillis);
            used = fresh;
            fresh.setNetworkTimeout(Runnable::run, (int) limitMillis);
            return support.look(fresh);
        }

        private void late() {
            if (running.compareAndSet(this, null)) {
                hung.incrementAndGet();
                pool.crews().aborts().work(() -> {
                    var hanging = used;
                    if (hanging != null) {
                        pool.closer().end(hanging, true);
                    }
                });
                pool.crews()
                        .rest()
                        .work(() -> failed.accept(
                                "no answer within " + TimeUnit.NANOSECONDS.toMillis(LIMIT_NANOS) + " ms"));
            }
        }
    }
}
