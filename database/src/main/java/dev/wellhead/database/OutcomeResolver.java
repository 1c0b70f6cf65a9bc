// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.OutcomeToken.ByXid;
import dev.wellhead.database.OutcomeToken.InTable;
import dev.wellhead.database.OutcomeToken.NothingWritten;
import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of transactions whose answer was lost, over connections outside of the pool, which may be full or
 * dead.
 *
 * <p>By its row: the token is burnt, that is inserted as aborted, and then the row is read. Whether the insert succeeded,
 * failed or waited in vain does not matter: only what a committed row says counts. A session that keeps the burner waiting
 * is ended. Each attempt has a connection of its own, which may hang for {@value #ATTEMPT_SECONDS} s at most; there are
 * attempts until the limit.
 */
final class OutcomeResolver {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int ATTEMPT_SECONDS = 6;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** What a call has beyond its own limit: a commit that ran into it was given up half a second later. */
    private static final long LATE_MILLIS = 300;

    private static final int MOST_LOGGED = 100;

    private final WellheadDataSource dataSource;
    private final Outcomes outcomes;
    private final Dialect dialect;
    private final ErrorJudge judge;
    private final CallMeter meter;
    private final Supplier<DatabaseConfig> settings;
    private final BooleanSupplier isClosed;
    private final Retrier.Time time;
    private final LogLimiter limiter;

    OutcomeResolver(
            WellheadDataSource dataSource,
            Outcomes outcomes,
            ErrorJudge judge,
            CallMeter meter,
            Supplier<DatabaseConfig> settings,
            BooleanSupplier isClosed,
            Retrier.Time time) {
        this.dataSource = dataSource;
        this.outcomes = outcomes;
        this.dialect = Dialect.of(settings.get().pool().jdbcUrl());
        this.judge = judge;
        this.meter = meter;
        this.settings = settings;
        this.isClosed = isClosed;
        this.time = time;
        this.limiter = new LogLimiter(MOST_LOGGED, TimeUnit.SECONDS.toNanos(10), time.nanoClock());
    }

    /**
     * What became of the transaction; waits for {@code commit-outcome-timeout} at most, and no longer than the call's
     * {@link Deadline} and {@value #LATE_MILLIS} ms.
     */
    CommitOutcome resolve(String operation, OutcomeToken token) {
        long start = time.nanoClock().getAsLong();
        var outcome = outcome(token, start);
        meter.lostCommit(outcome);
        var text = outcome == CommitOutcome.UNKNOWN ? text(token) : null;
        long heldBack = limiter.pass();
        if (heldBack >= 0) {
            LOG.warn(
                    "commit answer lost pool={} operation={} outcome={} elapsedMs={}{}{}",
                    name(),
                    LogText.value(operation),
                    outcome,
                    Duration.ofNanos(time.nanoClock().getAsLong() - start).toMillis(),
                    text == null ? "" : " token=" + text,
                    heldBack == 0 ? "" : " suppressed=" + heldBack);
        }
        return outcome;
    }

    /** The token as its owner gets it; null when asking again is of no use. */
    @Nullable
    String text(OutcomeToken token) {
        return token.text(name()).orElse(null);
    }

    /**
     * Asks with a token that somebody kept.
     *
     * @throws IllegalArgumentException when it is none of this database's
     */
    CommitOutcome resolve(String token) {
        return outcome(OutcomeToken.of(token, name()), time.nanoClock().getAsLong());
    }

    private String name() {
        return settings.get().name();
    }

    private CommitOutcome outcome(OutcomeToken token, long start) {
        if (token instanceof NothingWritten) {
            return CommitOutcome.ABORTED;
        }
        if (token instanceof OutcomeToken.None
                || (token instanceof InTable row && row.isTooOld(System.currentTimeMillis()))) {
            return CommitOutcome.UNKNOWN;
        }
        long limit = Math.min(
                settings.get().outcome().timeout().toNanos(),
                Math.max(Deadline.leftNanos(), TimeUnit.MILLISECONDS.toNanos(LATE_MILLIS)));
        long pause = FIRST_PAUSE_NANOS;
        for (long left = limit; left > 0; left = limit - (time.nanoClock().getAsLong() - start)) {
            try {
                var found = attempt(token, Math.min(left, TimeUnit.SECONDS.toNanos(ATTEMPT_SECONDS)));
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (SQLException | RuntimeException e) {
                LOG.debug("commit outcome not found out yet pool={}", name(), Secret.mask(e));
            }
            if (!paused(pause) || isClosed.getAsBoolean()) {
                return CommitOutcome.UNKNOWN;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
        return CommitOutcome.UNKNOWN;
    }

    private boolean paused(long nanos) {
        try {
            time.sleeper().sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Optional<CommitOutcome> attempt(OutcomeToken token, long limitNanos) throws SQLException {
        try (var connection = dataSource.openUnpooled(Duration.ofNanos(limitNanos))) {
            limitReads(connection, limitNanos);
            if (!(token instanceof InTable row)) {
                return token instanceof ByXid byXid ? OutcomeXid.ask(connection, byXid) : Optional.empty();
            }
            var table = outcomes.table();
            if (table == null) {
                table = OutcomeTable.look(connection, dialect, judge).orElse(null);
            }
            // Another table of the same name knows nothing of it, and must not be told that it was aborted.
            return table == null || !table.name().equals(row.table())
                    ? Optional.empty()
                    : burnt(connection, table, row);
        }
    }

    private static void limitReads(Connection connection, long nanos) throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        } catch (java.sql.SQLFeatureNotSupportedException e) {
            LOG.debug("no network timeout: the driver has none", Secret.mask(e));
        }
    }

    private Optional<CommitOutcome> burnt(Connection connection, OutcomeTable table, InTable token)
            throws SQLException {
        table.prepareToBurn(connection);
        var before = table.time(connection);
        try {
            table.burn(connection, token);
        } catch (SQLException e) {
            // Somebody has it, or had it first, or the connection broke: what is written tells.
            LOG.debug("commit outcome token not burnt pool={}", name(), Secret.mask(e));
        }
        var found = table.read(connection, token);
        if (found.isEmpty() && token.backend() != 0 && table.fence(connection, token, before)) {
            LOG.warn("backend fenced pool={} backend={}", name(), token.backend());
        }
        return found;
    }
}
