// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolSnapshot.OpenFailure;
import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections apart from callers, so that the pool cannot wedge.
 *
 * <h2>How many at once</h2>
 *
 * Two at first; each success doubles the number up to eight, a failure brings it down to one, and the next attempt waits
 * {@code createRetryInterval} with a jitter of a half, so that a recovering database is not stormed.
 *
 * <h2>One that hangs</h2>
 *
 * An attempt that takes longer than {@link #STALL_NANOS} no longer counts against the number at once, and, up to
 * {@link #SPARE}, not against the room in the pool either: another is begun in its place. What arrives when the pool is
 * full is closed as surplus. At {@code connectTimeout} an attempt is abandoned: it counts as failed, and a connection
 * that still arrives is closed. Under a ceiling over several pools every attempt takes a place until then, so there no
 * more than {@link #SPARE} run once one stalls: a database that hangs keeps the others' places no longer than
 * {@code connectTimeout}, and few. Its thread stays with the driver until that returns; while {@link #MAX_HUNG} do, only
 * one attempt runs at a time.
 *
 * <p>Fields are guarded by the pool's lock; connects, closes, events and logging happen outside of it.
 */
final class Opener {

    static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final Logger LOG = LoggerFactory.getLogger(Opener.class);
    private static final int MAX_AT_ONCE = 8;
    private static final int SPARE = 4;
    private static final int MAX_HUNG = 64;
    private static final int MESSAGE_SHOWN = 300;

    private final Pool pool;
    private final Connector connector;
    private final Set<Attempt> attempts = new HashSet<>();
    private int atOnce = 2;
    private int stalled;
    private int hung;
    private int telling;
    /** The mean of connects that succeeded, the later ones counting more; 0 before the first. */
    private long usualConnectNanos;

    private boolean pausing;
    private @Nullable Future<?> retryTimer;
    private long failuresInRow;
    private @Nullable OpenFailure lastFailure;
    private @Nullable Throwable lastCause;

    Opener(Pool pool, Connector connector) {
        this.pool = pool;
        this.connector = connector;
    }

    /**
     * Lock held. Attempts to begin now so that {@code wanted} connections are under way; the caller
     * {@linkplain #begin begins} them after it let go of the lock.
     *
     * @param forLine how many of those wanted somebody waits for
     */
    List<Attempt> plan(int wanted, int forLine, int total, int maxSize) {
        int running = attempts.size() - stalled;
        int room = maxSize - total - running - Math.max(0, stalled - SPARE);
        int count = Math.min(Math.min(wanted - running, room), atOnce - running);
        if (pausing || (hung >= MAX_HUNG && !attempts.isEmpty())) {
            count = 0;
        }
        count = underCeiling(count, forLine - running, total);
        if (count <= 0) {
            return List.of();
        }
        var planned = new ArrayList<Attempt>(count);
        for (int i = 0; i < count; i++) {
            var attempt = new Attempt();
            attempts.add(attempt);
            planned.add(attempt);
        }
        pool.counters().openAttempts.add(count);
        return planned;
    }

    /** Lock held. How many of these the ceiling allows; where connects stall, no more than {@link #SPARE} in all. */
    private int underCeiling(int count, int forLine, int total) {
        var share = pool.share();
        if (share == null) {
            return count;
        }
        int most = stalled > 0 ? Math.min(count, SPARE - attempts.size()) : count;
        return share.take(total + attempts.size(), Math.max(0, most), Math.max(0, forLine));
    }

    /** Lock held. One attempt for {@link Renewal}, unless one is under way. */
    List<Attempt> planSuccessor(int total, int maxSize) {
        if (attempts.stream().anyMatch(attempt -> attempt.isSuccessor)) {
            return List.of();
        }
        var planned = plan(promising() + 1, 0, total, maxSize);
        planned.forEach(attempt -> attempt.isSuccessor = true);
        return planned;
    }

    /** Lock not held. */
    void begin(List<Attempt> planned) {
        for (var attempt : planned) {
            long limit = pool.config().connectTimeout().toNanos();
            attempt.timer = PoolThreads.after(Math.min(STALL_NANOS, limit), attempt::stall);
            pool.crews().opens().work(attempt);
        }
    }

    /** Lock held. Whether a connection has just been opened and not yet been told of. */
    boolean isTelling() {
        return telling > 0;
    }

    /** Lock held. How long a connect usually takes; 0 when there was none. */
    long usualConnectNanos() {
        return usualConnectNanos;
    }

    /** Lock held. A connect succeeded. */
    void tookToConnect(long nanos) {
        usualConnectNanos = usualConnectNanos == 0 ? nanos : usualConnectNanos + (nanos - usualConnectNanos) / 4;
    }

    /** Lock held. */
    int underWay() {
        return attempts.size();
    }

    /** Lock held. Attempts that may still be counted on. */
    int promising() {
        return attempts.size() - stalled;
    }

    /** Lock held. Forgets failures and gives up what is under way. */
    void reset() {
        for (var attempt : attempts) {
            attempt.over = true;
            hung++;
        }
        attempts.clear();
        stalled = 0;
        atOnce = 2;
        failuresInRow = 0;
        lastFailure = null;
        lastCause = null;
        endPause();
    }

    /** Lock held. */
    @Nullable
    OpenFailure lastFailure() {
        return lastFailure;
    }

    /** Lock held. */
    @Nullable
    Throwable lastCause() {
        return lastCause;
    }

    /** Lock held. Connects failed since the last that succeeded. */
    long failuresInRow() {
        return failuresInRow;
    }

    /** Lock held. */
    private void endPause() {
        pausing = false;
        if (retryTimer != null) {
            retryTimer.cancel(false);
            retryTimer = null;
        }
    }

    /** Lock held. */
    private void failedWith(Throwable cause) {
        atOnce = 1;
        failuresInRow++;
        lastCause = cause;
        lastFailure = new OpenFailure(Instant.now(), sqlState(cause), shown(cause));
        if (!pausing) {
            pausing = true;
            long interval = pool.config().createRetryInterval().toNanos();
            long delay = interval / 2 + ThreadLocalRandom.current().nextLong(interval / 2 + 1);
            retryTimer = PoolThreads.after(delay, this::retry);
        }
    }

    private void retry() {
        pool.locked(this::endPause);
        pool.serve();
    }

    private void report(Throwable cause, long tookNanos, long inRow) {
        pool.counters().openFailed();
        pool.hosts().doubt();
        pool.tell(new PoolEvent.OpenFailed(pool.name(), cause, Duration.ofNanos(tookNanos)));
        // The first, then each power of two: a database that is down for hours does not fill the log.
        if (Long.bitCount(inRow) == 1) {
            LOG.warn(
                    "connect failed pool={} inRow={} tookMs={} sqlState={} cause={}",
                    pool.name(),
                    inRow,
                    TimeUnit.NANOSECONDS.toMillis(tookNanos),
                    sqlState(cause),
                    shown(cause));
        }
    }

    private static String sqlState(Throwable cause) {
        return cause instanceof SQLException sql && sql.getSQLState() != null ? sql.getSQLState() : "";
    }

    private static String shown(Throwable cause) {
        var message = cause.getMessage();
        var text = Secret.mask(message == null ? cause.getClass().getSimpleName() : message);
        return text.length() <= MESSAGE_SHOWN ? text : text.substring(0, MESSAGE_SHOWN);
    }

    /** One connect. */
    final class Attempt implements Runnable {

        private final long beganNanos = pool.now();
        private @Nullable Future<?> timer;
        private boolean isStalled;
        private boolean over;
        private boolean isSuccessor;
        /** Who connects. */
        private volatile @Nullable Thread worker;

        @Override
        public void run() {
            worker = Thread.currentThread();
            Connector.Connected connected = null;
            Throwable failure = null;
            try {
                connected = connector.connect();
            } catch (Exception | Error e) {
                failure = e;
            }
            long tookNanos = pool.now() - beganNanos;
            if (connected != null) {
                arrived(connected, tookNanos);
            } else if (failure != null) {
                failed(failure, tookNanos);
            }
            pool.serve();
        }

        private void arrived(Connector.Connected connected, long tookNanos) {
            pool.locked(() -> telling++);
            var predecessor = new AtomicReference<@Nullable PoolEntry>();
            PoolEntry entry;
            try {
                entry = adopted(connected, tookNanos, predecessor);
            } finally {
                pool.locked(() -> telling--);
            }
            if (entry != null) {
                var before = predecessor.get();
                if (before != null) {
                    entry.idleSince(before.idleSinceTick());
                }
                pool.admit(entry);
            }
            pool.renewal().settle(pool.now());
        }

        /** The new entry, told of; null when nobody wants it any more. */
        private @Nullable PoolEntry adopted(
                Connector.Connected connected, long tookNanos, AtomicReference<@Nullable PoolEntry> predecessor) {
            boolean[] late = {false};
            long[] failedBefore = {0};
            var entry = pool.adopt(connected, () -> {
                late[0] = over;
                leave();
                if (!late[0]) {
                    tookToConnect(tookNanos);
                    atOnce = Math.min(MAX_AT_ONCE, atOnce * 2);
                    failedBefore[0] = failuresInRow;
                    failuresInRow = 0;
                    endPause();
                    predecessor.set(isSuccessor ? pool.renewal().opened(pool.now()) : null);
                }
                return !late[0];
            });
            if (entry != null) {
                pool.tell(new PoolEvent.Opened(pool.name(), entry.id(), Duration.ofNanos(tookNanos)));
                pool.log().opened(entry, tookNanos, failedBefore[0]);
            }
            return entry;
        }

        private void failed(Throwable failure, long tookNanos) {
            long[] inRow = {0};
            pool.locked(() -> {
                boolean counted = !over;
                leave();
                if (counted) {
                    failedWith(failure);
                    inRow[0] = failuresInRow;
                }
            });
            if (inRow[0] > 0) {
                report(failure, tookNanos, inRow[0]);
            }
        }

        /** Lock held. */
        private void leave() {
            if (over) {
                hung--;
                return;
            }
            over = true;
            attempts.remove(this);
            if (isStalled) {
                stalled--;
            }
            if (timer != null) {
                timer.cancel(false);
            }
        }

        private void stall() {
            boolean[] stalls = {false};
            pool.locked(() -> {
                if (!over) {
                    stalls[0] = true;
                    isStalled = true;
                    stalled++;
                    long left = pool.config().connectTimeout().toNanos() - STALL_NANOS;
                    timer = PoolThreads.after(left, this::abandon);
                }
            });
            if (stalls[0]) {
                pool.hosts().doubt();
            }
            pool.serve();
        }

        private void abandon() {
            long limit = pool.config().connectTimeout().toMillis();
            var cause = new SQLTransientConnectionException(
                    "Connect took longer than connect-timeout=" + limit + "ms and was abandoned"
                            + (connector.logins().isAsking(worker)
                                    ? ": the credentials provider has not answered"
                                    : ""),
                    "08001");
            long[] inRow = {0};
            pool.locked(() -> {
                if (!over) {
                    leave();
                    hung++;
                    failedWith(cause);
                    inRow[0] = failuresInRow;
                }
            });
            if (inRow[0] > 0) {
                long tookNanos = pool.now() - beganNanos;
                pool.crews().logs().work(() -> report(cause, tookNanos, inRow[0]));
            }
            pool.serve();
        }
    }
}
