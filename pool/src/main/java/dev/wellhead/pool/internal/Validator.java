// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks connections whether they live, on workers, each under its own limit.
 *
 * <p>{@code validationTimeout} bounds every validation. While somebody waits, a connection that has not answered within
 * {@link #HURRY_NANOS} is given up, so that its place can be opened anew. Whoever moves the entry out of
 * {@code VALIDATING} first, the answer or the limit, decides.
 */
final class Validator {

    static final long HURRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final Logger LOG = LoggerFactory.getLogger(Validator.class);

    private final Pool pool;

    Validator(Pool pool) {
        this.pool = pool;
    }

    /** Validates an entry that the caller has moved to {@code VALIDATING}. */
    void validate(PoolEntry entry, EvictReason ifDead) {
        long limit = pool.config().validationTimeout().toNanos();
        var hurry = PoolThreads.after(Math.min(HURRY_NANOS, limit), () -> {
            if (!pool.line().isEmpty()) {
                giveUp(entry, ifDead);
            }
        });
        var end = PoolThreads.after(limit, () -> giveUp(entry, ifDead));
        PoolThreads.work(() -> {
            boolean alive = ask(entry);
            hurry.cancel(false);
            end.cancel(false);
            if (alive) {
                answered(entry);
            } else if (entry.tryCloseFromValidating()) {
                pool.suspectAll();
                pool.retire(entry, ifDead, false);
            }
            pool.serve();
        });
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

    /** Closes an entry whose answer has not come. */
    void giveUp(PoolEntry entry) {
        giveUp(entry, EvictReason.FAILED_VALIDATION);
    }

    private void giveUp(PoolEntry entry, EvictReason ifDead) {
        if (entry.tryCloseFromValidating()) {
            pool.suspectAll();
            pool.retire(entry, ifDead, true);
            pool.serve();
        }
    }

    private void answered(PoolEntry entry) {
        pool.counters().validated.increment();
        entry.alive(pool.now());
        pool.admit(entry);
    }

    private boolean ask(PoolEntry entry) {
        try {
            var physical = entry.physical();
            if (physical.isClosed()) {
                return false;
            }
            var query = pool.config().validationQuery();
            if (query.isEmpty()) {
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
        } catch (SQLException | RuntimeException e) {
            LOG.debug("validation failed pool={} connection={}", pool.name(), entry.id(), e);
            return false;
        }
    }
}
