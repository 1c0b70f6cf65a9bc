// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a PostgreSQL server says of itself, one record a question. Each is one statement. */
final class ServerReading {
    private ServerReading() {}

    /** Reads one row. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * Runs a statement. Transactions are begun and ended so, never by JDBC's commit() and rollback(): pgjdbc prepares
     * those under a name, and behind a pooler the name would stay in a server session that others get next.
     */
    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first row of that query. */
    static <T> T one(Connection connection, String sql, Row<T> reader) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new SQLException("No row came back for: " + sql, "02000");
            }
            return reader.read(rows);
        }
    }

    /**
     * Product and version.
     *
     * @param number such as 150004
     * @param text what {@code version()} says
     */
    record Version(int number, String release, String text) {
        static Version of(Connection connection) throws SQLException {
            return one(
                    connection,
                    "SELECT current_setting('server_version_num')::int, current_setting('server_version'), version()",
                    row -> new Version(row.getInt(1), row.getString(2), row.getString(3)));
        }
    }

    /**
     * One reading of the server's clock.
     *
     * @param beforeMicros our clock just before, since 1970
     * @param serverMicros the server's in between
     * @param roundTripNanos from before the question to after the answer
     */
    record Clock(long beforeMicros, long serverMicros, long roundTripNanos) {
        static Clock of(Connection connection) throws SQLException {
            var now = Instant.now();
            long start = System.nanoTime();
            long server = one(
                    connection,
                    "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
                    row -> row.getLong(1));
            long roundTrip = System.nanoTime() - start;
            return new Clock(now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000, server, roundTrip);
        }

        /** How far the server is ahead of us, were both ways equally long; negative: behind. */
        long aheadMicros() {
            return serverMicros - (beforeMicros + uncertaintyMicros());
        }

        /** How far that can be off: half the round trip. */
        long uncertaintyMicros() {
            return roundTripNanos / 2_000;
        }
    }

    /**
     * What the login may do.
     *
     * @param schema where it would create; null when nothing of its search path exists
     * @param readOnly whether a new transaction may not write
     * @param inRecovery whether the server is a standby
     * @param statementTimeoutMillis as it is set in this session; 0 is none
     */
    record Rights(
            String user,
            boolean superuser,
            String database,
            boolean mayConnect,
            boolean mayCreateSchema,
            @Nullable String schema,
            boolean mayCreateInSchema,
            boolean readOnly,
            boolean inRecovery,
            boolean seesOthers,
            long statementTimeoutMillis) {
        static Rights of(Connection connection) throws SQLException {
            return one(
                    connection,
                    """
                    SELECT current_user, r.rolsuper, current_database(),
                        has_database_privilege(current_database(), 'CONNECT'),
                        has_database_privilege(current_database(), 'CREATE'),
                        current_schema(),
                        CASE WHEN current_schema() IS NULL THEN false
                            ELSE has_schema_privilege(current_schema(), 'CREATE') END,
                        current_setting('transaction_read_only') = 'on', pg_is_in_recovery(),
                        r.rolsuper OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
                        (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout')
                    FROM pg_roles r WHERE r.rolname = current_user""",
                    row -> new Rights(
                            row.getString(1),
                            row.getBoolean(2),
                            row.getString(3),
                            row.getBoolean(4),
                            row.getBoolean(5),
                            row.getString(6),
                            row.getBoolean(7),
                            row.getBoolean(8),
                            row.getBoolean(9),
                            row.getBoolean(10),
                            row.getLong(11)));
        }
    }

    /**
     * How many connections the server admits.
     *
     * @param maxConnections of the server
     * @param reserved of those, what this login cannot have
     * @param roleLimit most connections of this role; negative: no limit
     * @param databaseLimit most connections to this database; negative: no limit
     * @param inUse client connections now, this look's own included
     * @param server tells this server from others
     */
    record Capacity(int maxConnections, int reserved, int roleLimit, int databaseLimit, int inUse, String server) {
        static Capacity of(Connection connection) throws SQLException {
            return one(
                    connection,
                    """
                    SELECT current_setting('max_connections')::int,
                        CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
                            + CASE WHEN EXISTS (SELECT 1 FROM pg_roles p WHERE p.rolname = 'pg_use_reserved_connections'
                                    AND pg_has_role(current_user, p.oid, 'USAGE')) THEN 0
                                ELSE coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int END
                            END,
                        CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END,
                        CASE WHEN r.rolsuper THEN -1
                            ELSE (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) END,
                        (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'
                            OR (backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL)),
                        pg_postmaster_start_time()::text
                    FROM pg_roles r WHERE r.rolname = current_user""",
                    row -> new Capacity(
                            row.getInt(1),
                            row.getInt(2),
                            row.getInt(3),
                            row.getInt(4),
                            row.getInt(5),
                            row.getString(6)));
        }

        /** How many this login may have at most, of the server's limit. */
        int available() {
            return maxConnections - reserved;
        }
    }
}
