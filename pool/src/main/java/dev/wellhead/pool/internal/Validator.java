// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.internal.PoolEntry.State;
import dev.wellhead.pool.spi.DriverSupport.Liveness;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks connections whether they live, on workers, each under its own limit.
 *
 * <p>{@code validationTimeout} bounds every validation. While somebody waits, another connection is opened beside one
 * that has not answered within {@link #RELY_NANOS}, where there is room, and one that has not answered within
 * {@link #HURRY_NANOS} is given up, so that its place can be opened anew. Whoever moves the entry out of
 * {@code VALIDATING} first, the answer or the limit, decides.
 *
 * <h2>Sweeps</h2>
 *
 * When something makes connections suspect, all idle suspects are validated in the background, {@link #MOST_SWEPT} at a
 * time, so that the dead ones are replaced before callers come upon them. Sweeps are {@link #SWEEP_PAUSE_NANOS} apart at
 * least: errors that come by the hundred do not ping the server by the thousand.
 *
 * <h2>Answers that never come</h2>
 *
 * A driver whose call does not even end when its connection is aborted keeps the worker. While it keeps {@link #MOST_HUNG}
 * of them, connections of this pool that ought to be asked are closed unasked, so that one driver cannot take the workers
 * of all pools.
 */
final class Validator {

    static final long HURRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long RELY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(Validator.class);
    private static final int MOST_SWEPT = 32;
    private static final int MOST_HUNG = 16;
    private static final long SWEEP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Pool pool;
    /** Workers that are with the driver. */
    private final AtomicInteger asking = new AtomicInteger();

    private final AtomicBoolean sweepDue = new AtomicBoolean();
    private volatile long sweepAfterNanos;

    Validator(Pool pool) {
        this.pool = pool;
        this.sweepAfterNanos = pool.now();
    }

    /** Validates an entry that the caller has moved to {@code VALIDATING}. */
    void validate(PoolEntry entry, EvictReason ifDead) {
        if (asking.get() - pool.shelf().count(State.VALIDATING) >= MOST_HUNG) {
            pool.crews().rest().work(() -> giveUp(entry, ifDead));
            return;
        }
        long limit = pool.config().validationTimeout().toNanos();
        // Two looks of whoever waits: at the first another is opened beside it, at the second it is given up.
        var rely = PoolThreads.after(relyNanos(), this::serveLine);
        var hurry = PoolThreads.after(Math.min(HURRY_NANOS, limit), this::serveLine);
        var end = PoolThreads.after(limit, () -> giveUp(entry, ifDead));
        pool.crews().validations().work(() -> {
            long asked = entry.validatingSinceNanos();
            var dead = ask(entry, ifDead);
            rely.cancel(false);
            hurry.cancel(false);
            end.cancel(false);
            if (dead == null) {
                answered(entry);
            } else if (entry.tryCloseFromValidating()) {
                pool.suspect(asked);
                pool.retire(entry, dead, false);
            }
            pool.serve();
        });
    }

    private void serveLine() {
        if (!pool.line().isEmpty()) {
            pool.serve();
        }
    }

    /** Validations that may still be counted on to serve somebody. */
    int promising(PoolEntry[] entries) {
        long now = pool.now();
        long rely = relyNanos();
        int promising = 0;
        for (var entry : entries) {
            if (entry.state() == State.VALIDATING && !entry.isValidatingFor(rely, now)) {
                promising++;
            }
        }
        return promising;
    }

    private long relyNanos() {
        return Math.min(RELY_NANOS, pool.config().createRetryInterval().toNanos());
    }

    /** Has all idle suspects validated in the background. */
    void sweep() {
        if (sweepDue.compareAndSet(false, true)) {
            long wait = sweepAfterNanos - pool.now();
            if (wait > 0) {
                var unused = PoolThreads.after(wait, () -> pool.crews().rest().work(this::sweepNow));
            } else {
                pool.crews().rest().work(this::sweepNow);
            }
        }
    }

    private void sweepNow() {
        sweepAfterNanos = pool.now() + SWEEP_PAUSE_NANOS;
        sweepDue.set(false);
        int room = MOST_SWEPT - pool.shelf().count(State.VALIDATING);
        boolean more = false;
        for (var entry : pool.shelf().entries()) {
            if (entry.state() == State.IDLE && pool.ticker().isSuspect(entry)) {
                more |= room <= 0;
                if (room > 0 && entry.tryValidateFromIdle(pool.now())) {
                    room--;
                    validate(entry, EvictReason.FAILED_VALIDATION);
                }
            }
        }
        if (more) {
            sweep();
        }
    }

    /** Entries that a caller in line should not go on waiting for. */
    List<PoolEntry> overdue(PoolEntry[] entries, long nowNanos) {
        var overdue = new ArrayList<PoolEntry>();
        for (var entry : entries) {
            if (entry.isValidatingFor(HURRY_NANOS, nowNanos)) {
                overdue.add(entry);
            }
        }
        return overdue;
    }

    /** Closes entries whose answers have not come. */
    void giveUp(List<PoolEntry> overdue) {
        overdue.forEach(entry -> closeUnanswered(entry, EvictReason.FAILED_VALIDATION));
        pool.serve();
    }

    private void giveUp(PoolEntry entry, EvictReason ifDead) {
        if (closeUnanswered(entry, ifDead)) {
            pool.serve();
        }
    }

    private boolean closeUnanswered(PoolEntry entry, EvictReason ifDead) {
        long asked = entry.validatingSinceNanos();
        if (!entry.tryCloseFromValidating()) {
            return false;
        }
        // Who answered since this one was asked lives.
        pool.suspect(asked);
        pool.retire(entry, ifDead, true);
        return true;
    }

    private void answered(PoolEntry entry) {
        pool.counters().validated.increment();
        entry.alive(pool.now());
        pool.admit(entry);
    }

    /** Null when it lives, else why it should leave. */
    private @Nullable EvictReason ask(PoolEntry entry, EvictReason ifDead) {
        asking.incrementAndGet();
        try {
            if (entry.look(pool.now()) == Liveness.DEAD || !answers(entry)) {
                return ifDead;
            }
            boolean wrongServer = pool.hosts().expectsWrites()
                    && pool.ticker().isSuspect(entry)
                    && entry.driver().serverIsReadOnly(entry.physical()).orElse(false);
            return wrongServer ? EvictReason.READ_ONLY : null;
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("validation failed pool={} connection={}", pool.name(), entry.id(), Secret.mask(e));
            return ifDead;
        } finally {
            asking.decrementAndGet();
        }
    }

    private boolean answers(PoolEntry entry) throws SQLException {
        var physical = entry.physical();
        var query = pool.config().validationQuery();
        if (query.isEmpty()) {
            // The driver's own limit has whole seconds and no effect: ours ends it before.
            long seconds = Math.max(
                    1, pool.config().validationTimeout().plusMillis(999).toSeconds());
            return physical.isValid((int) Math.min(Integer.MAX_VALUE, seconds));
        }
        try (var statement = physical.createStatement()) {
            statement.execute(query.get());
        }
        if (!physical.getAutoCommit()) {
            physical.rollback();
        }
        return true;
    }
}
