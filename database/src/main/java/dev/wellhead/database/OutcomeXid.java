// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.OutcomeToken.ByXid;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a transaction by its number, which PostgreSQL remembers. A server that has crashed, or a standby that was
 * promoted, may give the numbers of lost transactions out again: {@link ByXid#incarnation} differs then.
 */
final class OutcomeXid {

    private static final String INCARNATION = "coalesce((SELECT CAST(extract(epoch FROM stats_reset) AS text)"
            + " FROM pg_stat_wal), '') || '-' || substring(pg_walfile_name(pg_current_wal_insert_lsn()) FOR 8)";

    private static final String LOOK = "SELECT CAST(pg_current_xact_id_if_assigned() AS text), pg_backend_pid(),"
            + " (SELECT CAST(extract(epoch FROM backend_start) AS text) FROM pg_stat_get_activity(pg_backend_pid())), "
            + INCARNATION;

    private static final String ITS_BACKEND =
            " FROM pg_stat_activity WHERE pid = ? AND extract(epoch FROM backend_start) = CAST(? AS numeric)";

    private OutcomeXid() {}

    /** Whether the server has what this needs; asks it. */
    static void requireSupport(Connection connection) throws SQLException {
        token(connection);
    }

    /** That of the open transaction; {@link OutcomeToken.NothingWritten} when it has no number. */
    static OutcomeToken token(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(LOOK);
                var rows = statement.executeQuery()) {
            rows.next();
            var xid = rows.getString(1);
            return xid == null
                    ? new OutcomeToken.NothingWritten()
                    : new ByXid(xid, rows.getLong(2), rows.getString(3), rows.getString(4));
        }
    }

    /**
     * Ends the session if it still is that of the transaction, and then asks.
     *
     * @return empty while the session lives on: ask again
     */
    static Optional<CommitOutcome> ask(Connection connection, ByXid token) throws SQLException {
        OutcomeTable.execute(connection, "SET statement_timeout = 5000");
        backend(
                connection,
                "SELECT pg_terminate_backend(pid, 1000)" + ITS_BACKEND + " AND wait_event IS DISTINCT FROM 'SyncRep'",
                token);
        if (backend(connection, "SELECT pid" + ITS_BACKEND, token) != null) {
            return Optional.empty();
        }
        boolean isSame = token.incarnation().equals(OutcomeTable.one(connection, "SELECT " + INCARNATION));
        var status = status(connection, token);
        if ("aborted".equals(status)) {
            return Optional.of(CommitOutcome.ABORTED);
        }
        if (!isSame) {
            return Optional.of(CommitOutcome.UNKNOWN);
        }
        return "committed".equals(status) ? Optional.of(CommitOutcome.COMMITTED) : Optional.empty();
    }

    private static @Nullable String backend(Connection connection, String sql, ByXid token) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, token.backend());
            statement.setString(2, token.backendStart());
            try (var rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    /** Null where the server has forgotten the number, or has not reached it. */
    private static @Nullable String status(Connection connection, ByXid token) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT pg_xact_status(CAST(? AS xid8))")) {
            statement.setString(1, token.xid());
            try (var rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        } catch (SQLException e) {
            if ("22023".equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }
}
