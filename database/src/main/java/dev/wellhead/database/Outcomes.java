// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.OutcomeToken.InTable;
import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the transactions of one database so that their outcome can be found out when the answer is lost.
 *
 * <h2>Which way</h2>
 *
 * The first transaction that may write looks for the table, or creates it, before it begins, over its own connection.
 * Several at once do so each by itself. What was found holds until {@code commit-outcome} changes, or the table is gone.
 *
 * <h2>Rows that are of no use</h2>
 *
 * A token whose answer has arrived is remembered in {@link #settled}; who makes them {@value #PRUNED_AT_ONCE} deletes
 * their rows. A failure there is no failure of his: the rows go after a week.
 *
 * <h2>Concurrency</h2>
 *
 * No locks. Any thread may call.
 */
final class Outcomes {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int PRUNED_AT_ONCE = 256;
    private static final long OLD_ROWS_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

    /** What was found to be possible. */
    private record Way(
            CommitOutcomeMode asked,
            CommitOutcomeMode mode,
            @Nullable OutcomeTable table) {}

    private final String database;
    private final Dialect dialect;
    private final DriverSupport driver;
    private final Supplier<OutcomePolicy> policy;
    private final ErrorJudge judge;
    private final boolean pooled;

    private final ConcurrentLinkedQueue<UUID> settled = new ConcurrentLinkedQueue<>();
    private final AtomicInteger settledCount = new AtomicInteger();
    /** When rows of more than a week were last deleted. */
    private final AtomicLong lastOldNanos = new AtomicLong(System.nanoTime() - OLD_ROWS_PAUSE_NANOS);

    private volatile @Nullable Way way;

    Outcomes(DatabaseConfig config, Supplier<OutcomePolicy> policy, ErrorJudge judge) {
        var url = config.pool().jdbcUrl();
        this.database = config.name();
        this.dialect = Dialect.of(url);
        this.driver = DriverSupport.of(url).orElse(accepted -> true);
        this.pooled = config.pool().pooled();
        this.policy = policy;
        this.judge = judge;
    }

    /**
     * Finds out which way there is, once.
     *
     * @param connection before its transaction begins
     * @throws SQLException when the connection is lost, or what the settings insist on is not to be had
     */
    void prepare(Connection connection, TransactionOptions options) throws SQLException {
        var asked = policy.get().mode();
        var known = way;
        if ((known != null && known.asked == asked) || takesNoWrites(connection, options)) {
            return;
        }
        if (!connection.getAutoCommit()) {
            connection.setAutoCommit(true);
        }
        way = found(connection, asked);
    }

    private Way found(Connection connection, CommitOutcomeMode asked) throws SQLException {
        boolean wantsTable = asked == CommitOutcomeMode.TABLE || (asked == CommitOutcomeMode.AUTO && isServer());
        if (wantsTable) {
            var table = OutcomeTable.findOrCreate(connection, dialect, judge, database);
            if (table.isPresent()) {
                return new Way(asked, CommitOutcomeMode.TABLE, table.get());
            }
            if (asked == CommitOutcomeMode.TABLE) {
                throw new OwnFault(
                        "42W01",
                        "commit-outcome=table: there is no table " + OutcomeTable.PLAIN_NAME
                                + " that may be read and inserted into, and it could not be created: let an administrator run "
                                + OutcomeTable.definition(dialect)
                                + " and grant SELECT, INSERT and DELETE, or use auto");
            }
        }
        if (asked == CommitOutcomeMode.XID || (asked == CommitOutcomeMode.AUTO && dialect == Dialect.POSTGRESQL)) {
            try {
                OutcomeXid.requireSupport(connection);
                LOG.info(
                        "commit outcome by transaction number pool={}{}",
                        database,
                        wantsTable
                                ? " hint=\"the table " + OutcomeTable.PLAIN_NAME
                                        + ", which could not be created, would spare a round trip\""
                                : "");
                return new Way(asked, CommitOutcomeMode.XID, null);
            } catch (SQLException e) {
                if (asked == CommitOutcomeMode.XID
                        || judge.judge(e, Phase.NOT_SENT).kind() == ErrorKind.RETRY_ANYWHERE) {
                    throw e;
                }
                LOG.warn("commit outcome off pool={} sqlState={}", database, e.getSQLState());
            }
        }
        return new Way(asked, CommitOutcomeMode.OFF, null);
    }

    /** Whether connections to it may break while it lives on. */
    private boolean isServer() {
        return dialect == Dialect.POSTGRESQL || dialect == Dialect.MYSQL;
    }

    /**
     * Commits. Returns when the database has said that it is done.
     *
     * @param told gets the token before COMMIT is sent
     */
    void commit(Connection connection, TransactionOptions options, Progress progress, Consumer<OutcomeToken> told)
            throws SQLException {
        var now = way;
        if (takesNoWrites(connection, options)) {
            // Elsewhere than in PostgreSQL read-only may be no more than a hint.
            told.accept(dialect == Dialect.POSTGRESQL ? new OutcomeToken.NothingWritten() : new OutcomeToken.None());
        } else if (now == null || now.mode == CommitOutcomeMode.OFF) {
            told.accept(new OutcomeToken.None());
        } else if (now.table != null) {
            commitWithRow(connection, now.table, progress, told);
            return;
        } else {
            told.accept(
                    driver.transactionState(connection) == TransactionState.NONE
                            ? new OutcomeToken.NothingWritten()
                            : OutcomeXid.token(connection));
        }
        progress.reached(Phase.COMMIT_SENT);
        connection.commit();
    }

    private void commitWithRow(
            Connection connection, OutcomeTable table, Progress progress, Consumer<OutcomeToken> told)
            throws SQLException {
        if (driver.transactionState(connection) == TransactionState.NONE) {
            // Nothing was asked of the database.
            told.accept(new OutcomeToken.NothingWritten());
            connection.commit();
            return;
        }
        var token = InTable.fresh(
                System.currentTimeMillis(),
                pooled ? 0 : driver.backendId(connection).orElse(0),
                table.name());
        told.accept(token);
        if (table.ridesWithCommit()) {
            progress.reached(Phase.COMMIT_SENT);
        }
        try {
            table.write(connection, token);
        } catch (SQLException e) {
            if (!isWithoutRow(connection, table, e)) {
                throw e;
            }
            told.accept(new OutcomeToken.None());
        }
        if (!table.ridesWithCommit()) {
            progress.reached(Phase.COMMIT_SENT);
            connection.commit();
        }
        settle(connection, table, token);
    }

    /** Whether the transaction can be committed without the row, because the server takes no writes. */
    private boolean isWithoutRow(Connection connection, OutcomeTable table, SQLException error) throws SQLException {
        if (!table.ridesWithCommit()) {
            return judge.judge(error, Phase.IN_TRANSACTION).meaning() == Meaning.READ_ONLY;
        }
        var state = String.valueOf(error.getSQLState());
        if (driver.transactionState(connection) == TransactionState.FAILED
                && (state.startsWith("42") || state.equals("25006"))) {
            // The row was refused, so COMMIT was skipped. The table may be gone: the next one looks again.
            way = null;
            var fault = new OwnFault(
                    state,
                    "the row of this transaction in " + table.name() + " was refused, so nothing was committed: grant"
                            + " INSERT to the role that the transaction has set, say readOnly in TransactionOptions"
                            + " where it is, or set commit-outcome to xid or off");
            fault.initCause(error);
            throw fault;
        }
        return false;
    }

    private boolean takesNoWrites(Connection connection, TransactionOptions options) throws SQLException {
        return options.readOnly()
                || connection.isReadOnly()
                || driver.serverIsReadOnly(connection).orElse(false);
    }

    /** The answer has arrived: the row is of no use any more. */
    private void settle(Connection connection, OutcomeTable table, InTable token) {
        settled.add(token.id());
        if (settledCount.incrementAndGet() % PRUNED_AT_ONCE != 0) {
            return;
        }
        var rows = new ArrayList<UUID>(PRUNED_AT_ONCE);
        for (int i = 0; i < PRUNED_AT_ONCE; i++) {
            var row = settled.poll();
            if (row == null) {
                break;
            }
            rows.add(row);
        }
        long now = System.nanoTime();
        long last = lastOldNanos.get();
        boolean old = now - last >= OLD_ROWS_PAUSE_NANOS && lastOldNanos.compareAndSet(last, now);
        try {
            table.prune(connection, rows, old);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("commit outcome rows not deleted pool={} rows={}", database, rows.size(), Secret.mask(e));
            rollback(connection);
        }
    }

    private void rollback(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException e) {
            // The transaction of the caller is committed; his release meets the broken connection.
            LOG.debug("rollback failed pool={}", database, Secret.mask(e));
        }
    }

    /** The table, if that is the way; for those who ask later. */
    @Nullable
    OutcomeTable table() {
        var now = way;
        return now == null ? null : now.table;
    }
}
