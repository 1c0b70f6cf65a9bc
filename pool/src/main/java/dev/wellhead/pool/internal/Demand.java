// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.StartMode;
import dev.wellhead.pool.internal.PoolEntry.State;
import java.util.concurrent.TimeUnit;

/**
 * How many connections should be under way.
 *
 * <h2>For callers in line</h2>
 *
 * One for each, less those that are just being validated; after a death, or a connect that
 * failed, nobody relies on these. But where connections
 * are in use that will come back, only one at first: a short burst is over before a connect would be, and what it had
 * opened would be left for nothing. Once somebody has waited for a quarter of the usual connect, or for
 * {@link #MOST_PATIENCE_NANOS}, there are as many as before. So callers who wait while there is room always have at
 * least one connect under way.
 *
 * <h2>Idle ones</h2>
 *
 * A pool that has fewer than {@code minIdle} connections in all opens the rest at once. One that has them, but in use,
 * opens more when idle ones were missing at two passes of the housekeeper in a row. One that is quiet opens none.
 *
 * <p>All is guarded by the pool's lock.
 */
final class Demand {

    static final long MOST_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SUSPICION_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** A connect so quick is cheaper than thinking about it. */
    private static final long LEAST_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Pool pool;
    private final Shelf shelf;
    private final WaitLine line;
    private final Ticker ticker;
    private final Opener opener;
    private final Validator validator;
    /** Whether a caller has ever waited. */
    private boolean asked;
    /** Whether a look at the line at the end of its patience is due. */
    private boolean looksAgain;
    /** Idle connections that were missing at the last pass, and at the one before it as well. */
    private int missing;

    private int missingForLong;
    private int wantedForLine;

    Demand(Pool pool, Opener opener, Validator validator) {
        this.pool = pool;
        this.shelf = pool.shelf();
        this.line = pool.line();
        this.ticker = pool.ticker();
        this.opener = opener;
        this.validator = validator;
    }

    int wantedOpens() {
        asked |= !line.isEmpty();
        if (pool.hosts().isLost()) {
            return 0;
        }
        boolean isServing = pool.state() == PoolState.RUNNING || pool.state() == PoolState.DRAINING;
        int waiting = isServing ? line.servable() : 0;
        if (pool.state() == PoolState.DRAINING && waiting == 0) {
            wantedForLine = 0;
            return 0;
        }
        int missingNow = missingIdle();
        int forIdle =
                Math.min(missingNow, Math.max(missingForLong, pool.config().minIdle() - shelf.size()));
        wantedForLine = waiting == 0 ? 0 : forLine(waiting);
        return Math.max(wantedForLine, forIdle);
    }

    /** How many of those last wanted somebody in line waits for. */
    int wantedForLine() {
        return wantedForLine;
    }

    /** The housekeeper's. */
    void pass() {
        int missingNow = missingIdle();
        missingForLong = Math.min(missing, missingNow);
        missing = missingNow;
    }

    private int missingIdle() {
        boolean keepsIdle = (asked || pool.config().startMode() != StartMode.LAZY) && !pool.isQuiet();
        return keepsIdle
                ? Math.max(0, pool.config().minIdle() - shelf.count(State.IDLE) - shelf.count(State.VALIDATING))
                : 0;
    }

    private int forLine(int waiting) {
        boolean isTrusting = opener.failuresInRow() == 0 && !ticker.suspectedWithin(SUSPICION_NANOS);
        int relied = isTrusting ? validator.promising(shelf.entries()) : 0;
        int wanted = waiting - relied;
        long patience = Math.min(opener.usualConnectNanos() / 4, MOST_PATIENCE_NANOS);
        if (wanted <= 1 || patience < LEAST_PATIENCE_NANOS || shelf.count(State.ACTIVE) == 0) {
            return wanted;
        }
        long now = pool.now();
        long left = patience - (now - line.oldestSinceNanos(now));
        if (left <= 0) {
            return wanted;
        }
        if (!looksAgain) {
            looksAgain = true;
            var unused = PoolThreads.after(left, this::lookAgain);
        }
        return 1;
    }

    private void lookAgain() {
        pool.locked(() -> looksAgain = false);
        pool.serve();
    }
}
