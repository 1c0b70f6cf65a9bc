// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pool concludes from an error of one connection about that connection and about all others.
 *
 * <h2>A connection is lost</h2>
 *
 * It leaves, and every connection that was not heard of since is suspect: after a failover or a restart none of them is
 * any good. Suspects are validated at once, in the background and in parallel ({@link Validator#sweep}), and those that
 * do not answer are replaced, so that callers do not pay for each; until then none of them is handed out unasked.
 *
 * <h2>The server takes no writes</h2>
 *
 * Said by what should be a primary (the pool is not read-only), this means that the name leads elsewhere now, or did when
 * the connection was opened. The connection leaves, the others are suspect, and what is opened from now on resolves the
 * name again. A ping does not show whether a server takes writes: where the driver knows (PostgreSQL tells), validation
 * asks it too; where the error itself says that the server refuses writes from everybody (MySQL), all connections opened
 * before it are replaced. A holder who made the transaction read-only himself is no sign: through JDBC the pool sees it,
 * through SQL the driver may. Where neither can tell, one connection too many is replaced.
 *
 * <p>When fresh connections say the same, reopening does not help: it is tried again after {@link #LEAST_PAUSE_NANOS},
 * then after twice that, up to {@link #MOST_PAUSE_NANOS}, so that a cluster without a primary is not stormed. What is
 * held back is an ordinary error of the caller's statement.
 */
final class Suspicion {

    private static final Logger LOG = LoggerFactory.getLogger(Suspicion.class);
    private static final long REPEAT_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LEAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Pool pool;
    private final Validator validator;
    private final LogPace brokenPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);
    private final LogPace readOnlyPace = new LogPace(REPEAT_LOG_NANOS, System::nanoTime);

    // Guarded by the pool's lock.
    private boolean readOnlySeen;
    private long readOnlyAt;
    private long readOnlyPauseNanos;

    Suspicion(Pool pool, Validator validator) {
        this.pool = pool;
        this.validator = validator;
    }

    /** A call of a holder failed; on the holder's thread. */
    void failed(PoolEntry entry, SQLException error) {
        var reason = entry.evictReason();
        if (reason == EvictReason.ABORTED
                || reason == EvictReason.BROKEN
                || reason == EvictReason.FAILOVER
                || entry.isReclaimed()) {
            // What follows a death, such as the rollback, fails too and says nothing new.
            return;
        }
        switch (FatalErrors.judge(error, entry.driver())) {
            case FINE -> {}
            case BROKEN -> broken(entry, error);
            case SERVER_READ_ONLY -> readOnly(entry, error, true);
            case PERHAPS_READ_ONLY -> readOnly(entry, error, false);
        }
    }

    private void broken(PoolEntry entry, SQLException error) {
        pool.counters().errors.increment();
        entry.evictAtRelease(EvictReason.BROKEN);
        raise(pool.now());
        tell(entry, error);
        log(
                brokenPace,
                heldBack -> LOG.warn(
                        "connection broken pool={} connection={} sqlState={} notLogged={} cause={}",
                        pool.name(),
                        entry.id(),
                        error.getSQLState(),
                        heldBack,
                        shown(error)));
    }

    private void readOnly(PoolEntry entry, SQLException error, boolean serverSaysSo) {
        if (entry.evictReason() != null
                || !pool.hosts().expectsWrites()
                || entry.session().isReadOnly()
                || (!serverSaysSo && serverTakesWrites(entry))) {
            return;
        }
        long now = pool.now();
        boolean[] act = new boolean[2];
        pool.locked(() -> {
            boolean opensHelp = !readOnlySeen || entry.openedNanos() - readOnlyAt <= 0;
            boolean paused = readOnlySeen && now - readOnlyAt < readOnlyPauseNanos;
            act[0] = opensHelp || !paused;
            act[1] = !paused;
            if (!paused) {
                boolean again = readOnlySeen && now - readOnlyAt < 2 * MOST_PAUSE_NANOS;
                readOnlyPauseNanos = again ? Math.min(MOST_PAUSE_NANOS, 2 * readOnlyPauseNanos) : LEAST_PAUSE_NANOS;
                readOnlyAt = now;
                readOnlySeen = true;
            }
        });
        if (!act[0]) {
            return;
        }
        pool.counters().errors.increment();
        entry.evictAtRelease(EvictReason.READ_ONLY);
        if (act[1]) {
            raise(now);
            if (serverSaysSo) {
                pool.crews().rest().work(() -> replaceOpenedBefore(now));
            }
        }
        tell(entry, error);
        log(
                readOnlyPace,
                heldBack -> LOG.warn(
                        "server takes no writes pool={} connection={} sqlState={} notLogged={} cause={}",
                        pool.name(),
                        entry.id(),
                        error.getSQLState(),
                        heldBack,
                        shown(error)));
    }

    private static boolean serverTakesWrites(PoolEntry entry) {
        return !entry.driver().serverIsReadOnly(entry.physical()).orElse(true);
    }

    private void replaceOpenedBefore(long moment) {
        for (var entry : pool.shelf().entries()) {
            if (entry.openedNanos() - moment <= 0) {
                entry.evictAtRelease(EvictReason.READ_ONLY);
                if (entry.tryCloseFromIdle()) {
                    pool.retire(entry, EvictReason.READ_ONLY, false);
                }
            }
        }
        pool.serve();
    }

    /** The entry, which its finder holds, is dead by the look of it. */
    void foundDead(PoolEntry entry) {
        raise(pool.now());
        if (entry.tryCloseUnused()) {
            pool.retire(entry, EvictReason.FAILED_VALIDATION, true);
        } else {
            pool.releasedLate(entry, entry.lease());
        }
        pool.crews().rest().work(pool::serve);
    }

    /** Every connection not heard of after that moment is validated. */
    void raise(long heardBefore) {
        pool.hosts().doubt();
        pool.ticker().suspect(heardBefore);
        validator.sweep();
    }

    /** The ticker has made all connections suspect. */
    void clockJumped() {
        validator.sweep();
        pool.crews().logs().work(() -> LOG.warn("clock jumped pool={} all connections are validated", pool.name()));
    }

    private void tell(PoolEntry entry, SQLException error) {
        if (pool.heard()) {
            pool.tell(new PoolEvent.Failed(pool.name(), entry.id(), error));
        }
    }

    private void log(LogPace pace, LongConsumer line) {
        long heldBack = pace.pass();
        if (heldBack != LogPace.HELD_BACK) {
            pool.crews().logs().work(() -> line.accept(heldBack));
        }
    }

    private static String shown(SQLException error) {
        return Secret.mask(String.valueOf(error.getMessage()));
    }
}
