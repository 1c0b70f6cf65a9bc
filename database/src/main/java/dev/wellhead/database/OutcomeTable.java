// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.OutcomeToken.InTable;
import dev.wellhead.database.internal.Dialect;
import dev.wellhead.pool.Secret;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code wellhead_outcome} of one database, and the SQL for it. A row says how one transaction ended; what it
 * says is decided when it is committed, for its token is unique.
 *
 * @param dialect of the database
 * @param name with its schema, so that nobody's search path leads elsewhere
 */
record OutcomeTable(Dialect dialect, String name) {

    static final String PLAIN_NAME = "wellhead_outcome";

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** What a burner sets for itself: it may wait for the original for half a second, and needs no standby. */
    private static final String BURNER_OF_POSTGRES = "SET lock_timeout = 500; SET statement_timeout = 5000;"
            + " SET synchronous_commit = local; SET default_transaction_read_only = off;"
            + " SET default_transaction_isolation = 'read committed'";

    private static final String FIND_IN_POSTGRES = "SELECT quote_ident(n.nspname) || '." + PLAIN_NAME + "'"
            + " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.oid = to_regclass('" + PLAIN_NAME + "')"
            + " AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'SELECT')";

    /**
     * The one that is there; else it is created.
     *
     * @param connection in auto-commit
     * @return empty where there is none and it could not be created
     * @throws SQLException when the connection is lost
     */
    static Optional<OutcomeTable> findOrCreate(Connection connection, Dialect dialect, ErrorJudge judge, String pool)
            throws SQLException {
        var there = look(connection, dialect, judge);
        if (there.isPresent()) {
            LOG.info("commit outcome by table pool={} table={} created=false", pool, there.get().name);
            return there;
        }
        try {
            execute(connection, definition(dialect));
        } catch (SQLException e) {
            // Another may have created it at the same moment; the next look tells.
            requireConnection(e, judge);
            LOG.debug("commit outcome table not created pool={}", pool, Secret.mask(e));
        }
        var created = look(connection, dialect, judge);
        created.ifPresent(table -> LOG.info("commit outcome by table pool={} table={} created=true", pool, table.name));
        return created;
    }

    /** What an administrator would create. */
    static String definition(Dialect dialect) {
        var types = switch (dialect) {
            case POSTGRESQL -> List.of("uuid", "timestamptz");
            case MYSQL -> List.of("varchar(36) CHARACTER SET ascii", "timestamp");
            case SQLITE -> List.of("text", "text");
            case OTHER -> List.of("varchar(36)", "timestamp with time zone");
        };
        return "CREATE TABLE IF NOT EXISTS " + PLAIN_NAME + " (token " + types.get(0)
                + " NOT NULL PRIMARY KEY, outcome varchar(9) NOT NULL, created_at " + types.get(1)
                + " DEFAULT CURRENT_TIMESTAMP NOT NULL)";
    }

    /**
     * The one that is there.
     *
     * @param connection in auto-commit
     * @throws SQLException when the connection is lost
     */
    static Optional<OutcomeTable> look(Connection connection, Dialect dialect, ErrorJudge judge) throws SQLException {
        try {
            var name = switch (dialect) {
                case POSTGRESQL -> one(connection, FIND_IN_POSTGRES);
                case MYSQL ->
                    one(connection, "SELECT concat('`', replace(database(), '`', '``'), '`." + PLAIN_NAME + "')");
                case SQLITE, OTHER -> PLAIN_NAME;
            };
            if (name == null) {
                return Optional.empty();
            }
            one(connection, "SELECT token, outcome, created_at FROM " + name + " WHERE 1 = 0");
            return Optional.of(new OutcomeTable(dialect, name));
        } catch (SQLException e) {
            requireConnection(e, judge);
            return Optional.empty();
        }
    }

    private static void requireConnection(SQLException error, ErrorJudge judge) throws SQLException {
        if (judge.judge(error, Phase.NOT_SENT).kind() == ErrorKind.RETRY_ANYWHERE) {
            throw error;
        }
    }

    /** Whether the token goes with the COMMIT in one request, and only where something was written. */
    boolean ridesWithCommit() {
        return dialect == Dialect.POSTGRESQL;
    }

    /** Writes the token into the open transaction; where it {@link #ridesWithCommit}, commits. */
    void write(Connection connection, InTable token) throws SQLException {
        var sql = ridesWithCommit()
                ? insert(
                        "SELECT CAST(? AS uuid), 'COMMITTED' WHERE pg_current_xact_id_if_assigned() IS NOT NULL; COMMIT")
                : insert("VALUES (?, 'COMMITTED')");
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, token.id().toString());
            statement.execute();
        }
    }

    private String insert(String values) {
        return "INSERT INTO " + name + " (token, outcome) " + values;
    }

    /** Makes a connection that is this library's own ready to burn tokens. */
    void prepareToBurn(Connection connection) throws SQLException {
        switch (dialect) {
            case POSTGRESQL -> execute(connection, BURNER_OF_POSTGRES);
            case MYSQL -> execute(connection, "SET SESSION innodb_lock_wait_timeout = 1");
            case OTHER -> execute(connection, "SET LOCK_TIMEOUT 500");
            case SQLITE -> {}
        }
    }

    /** What the server says the time is. */
    @Nullable
    String time(Connection connection) throws SQLException {
        return one(connection, "SELECT " + (dialect == Dialect.POSTGRESQL ? "clock_timestamp()" : "CURRENT_TIMESTAMP"));
    }

    /** Inserts the token as one that was aborted; fails where the original has it. */
    void burn(Connection connection, InTable token) throws SQLException {
        var value = dialect == Dialect.POSTGRESQL ? "CAST(? AS uuid)" : "?";
        try (var statement = connection.prepareStatement(insert("VALUES (" + value + ", 'ABORTED')"))) {
            statement.setString(1, token.id().toString());
            statement.execute();
        }
    }

    /** What the committed row says; empty when there is none. */
    Optional<CommitOutcome> read(Connection connection, InTable token) throws SQLException {
        var value = dialect == Dialect.POSTGRESQL ? "CAST(? AS uuid)" : "?";
        try (var statement = connection.prepareStatement("SELECT outcome FROM " + name + " WHERE token = " + value)) {
            statement.setString(1, token.id().toString());
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                return Optional.of(
                        "COMMITTED".equals(rows.getString(1)) ? CommitOutcome.COMMITTED : CommitOutcome.ABORTED);
            }
        }
    }

    /**
     * Ends the session that holds the token, where it still is that of the original.
     *
     * @param before the server's time before anybody waited for it
     * @return whether one was told to end
     */
    boolean fence(Connection connection, InTable token, @Nullable String before) throws SQLException {
        return switch (dialect) {
            case POSTGRESQL -> fenceInPostgres(connection, token, before);
            case MYSQL -> fenceInMySql(connection, token);
            case SQLITE, OTHER -> false;
        };
    }

    private boolean fenceInPostgres(Connection connection, InTable token, @Nullable String before) throws SQLException {
        var sql = "SELECT pg_terminate_backend(a.pid, 1000) FROM pg_stat_activity a WHERE a.pid = ?"
                + " AND a.backend_start < CAST(? AS timestamptz) AND a.datname = current_database()"
                + " AND a.wait_event IS DISTINCT FROM 'SyncRep' AND EXISTS (SELECT 1 FROM pg_locks l"
                + " WHERE l.pid = a.pid AND l.relation = CAST(? AS regclass) AND l.mode = 'RowExclusiveLock' AND l.granted)";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, token.backend());
            statement.setString(2, before);
            statement.setString(3, name);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Numbers of sessions are given out again only after a restart, which leaves no original. */
    private boolean fenceInMySql(Connection connection, InTable token) throws SQLException {
        var own = "SELECT id FROM information_schema.processlist WHERE id = " + token.backend()
                + " AND user = substring_index(user(), '@', 1) AND db = database()";
        if (one(connection, own) == null) {
            return false;
        }
        execute(connection, "KILL CONNECTION " + token.backend());
        return true;
    }

    /**
     * Deletes rows that nobody will ask for, in a transaction of its own.
     *
     * @param connection without an open transaction, auto-commit off
     * @param settled their answers have arrived
     * @param old whether those of more than a week go as well
     */
    void prune(Connection connection, List<UUID> settled, boolean old) throws SQLException {
        var where = " WHERE outcome = 'COMMITTED' AND token ";
        if (ridesWithCommit()) {
            var sql = "SET LOCAL synchronous_commit = off; DELETE FROM " + name + where + "= ANY (CAST(? AS uuid[]))"
                    + (old ? "; DELETE FROM " + name + " WHERE created_at < " + weekAgo() : "") + "; COMMIT";
            try (var statement = connection.prepareStatement(sql)) {
                statement.setString(1, settled.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}")));
                statement.execute();
            }
            return;
        }
        var marks = settled.stream().map(token -> "?").collect(Collectors.joining(", ", "(", ")"));
        try (var statement = connection.prepareStatement("DELETE FROM " + name + where + "IN " + marks)) {
            setAll(statement, settled);
            statement.execute();
        }
        if (old) {
            execute(connection, "DELETE FROM " + name + " WHERE created_at < " + weekAgo());
        }
        connection.commit();
    }

    private static void setAll(PreparedStatement statement, List<UUID> tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            statement.setString(i + 1, tokens.get(i).toString());
        }
    }

    private String weekAgo() {
        return switch (dialect) {
            case POSTGRESQL -> "now() - interval '7 days'";
            case MYSQL -> "CURRENT_TIMESTAMP - INTERVAL 7 DAY";
            case SQLITE -> "datetime('now', '-7 days')";
            case OTHER -> "CURRENT_TIMESTAMP - INTERVAL '7' DAY";
        };
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row; null when there is no row. */
    static @Nullable String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
