// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ServerSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels statements and ends sessions of one pool over connections apart from it, which have the pool's login and its
 * TLS.
 *
 * <p>Up to {@value #WORKERS} workers; each takes all that is due at this moment, and opens one connection for it that
 * gives up after {@value #LIMIT_MILLIS} ms. So a connect that stalls delays nothing that comes after it, and a thousand
 * statements that expire at once cost a few logins. What is due is bounded by the connections that the pool has opened.
 *
 * <p>A session is asked for again until it is gone, about a minute long. It is named by its number and its beginning, so
 * that a number which was given out again, or another server behind the same address, means nobody.
 *
 * <p>Where the driver cannot name sessions, its own cancel is called, on a worker of the pool.
 */
final class SessionEnds {

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnds.class);

    private static final int WORKERS = 4;
    private static final long LIMIT_MILLIS = 2_000;
    private static final int MOST_ATTEMPTS = 16;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Pool pool;
    private final DriverSupport driver;
    private final Crew crew = new Crew(WORKERS);
    private final Queue<ServerSession> cancels = new ConcurrentLinkedQueue<>();
    private final Queue<End> ends = new ConcurrentLinkedQueue<>();

    /** A session to be ended, and how often that was tried. */
    private record End(ServerSession session, int attempts) {}

    SessionEnds(Pool pool, DriverSupport driver) {
        this.pool = pool;
        this.driver = driver;
    }

    /** Cancels what runs on it. */
    void cancel(PoolEntry entry) {
        var session = entry.session().serverSession();
        if (session == null) {
            pool.crews().aborts().work(() -> pool.leakWatch().cancel(entry));
        } else {
            cancels.add(session);
            crew.work(this::work);
        }
    }

    /** Sees to it that its session is gone; does nothing where the driver cannot name it. */
    void end(PoolEntry entry) {
        var session = entry.session().serverSession();
        if (session != null) {
            end(new End(session, 0));
        }
    }

    private void end(End one) {
        ends.add(one);
        crew.work(this::work);
    }

    private void work() {
        var toCancel = taken(cancels);
        var toEnd = taken(ends);
        if (toCancel.isEmpty() && toEnd.isEmpty()) {
            return;
        }
        List<ServerSession> left;
        try {
            left = done(toCancel, toEnd.stream().map(End::session).toList());
        } catch (SQLException | RuntimeException e) {
            LOG.debug(
                    "sessions not ended pool={} statements={} sessions={}",
                    pool.name(),
                    toCancel,
                    toEnd,
                    Secret.mask(e));
            left = toEnd.stream().map(End::session).toList();
        }
        for (var one : toEnd) {
            if (left.contains(one.session())) {
                again(one);
            }
        }
    }

    /** Those sessions that were still there. */
    private List<ServerSession> done(List<ServerSession> toCancel, List<ServerSession> toEnd) throws SQLException {
        var control = pool.openUnpooled(TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS));
        try {
            limit(control);
            if (!toCancel.isEmpty()) {
                driver.cancel(control, toCancel);
            }
            return toEnd.isEmpty() ? List.of() : List.copyOf(driver.end(control, toEnd));
        } finally {
            pool.closer().end(control, false);
        }
    }

    private void limit(Connection control) throws SQLException {
        control.setNetworkTimeout(pool.crews().aborts(), (int) LIMIT_MILLIS);
    }

    private void again(End one) {
        if (one.attempts() + 1 >= MOST_ATTEMPTS || pool.state() == PoolState.CLOSED) {
            if (one.attempts() > 0) {
                LOG.warn(
                        "session may still be there pool={} backend={} attempts={}: its statement ran over its time limit and"
                                + " the server could not be told to end it",
                        pool.name(),
                        one.session().number(),
                        one.attempts() + 1);
            }
            return;
        }
        long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << one.attempts());
        var unused = PoolThreads.after(
                TimeUnit.MILLISECONDS.toNanos(pause), () -> end(new End(one.session(), one.attempts() + 1)));
    }

    private static <T> List<T> taken(Queue<T> queue) {
        List<T> all = new ArrayList<>();
        for (var one = queue.poll(); one != null; one = queue.poll()) {
            all.add(one);
        }
        return all;
    }
}
