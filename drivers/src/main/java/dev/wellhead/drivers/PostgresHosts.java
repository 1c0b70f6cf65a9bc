// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.spi.HostSupport;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells the servers of one PostgreSQL cluster apart.
 *
 * <p>Primary means: takes writes of this login. A server that is no standby, but whose transactions are read-only by
 * default, is what a fenced primary looks like, and is {@link HostRole#READ_ONLY}.
 *
 * <p>The lag is zero where a standby is connected to its primary and has replayed all that it received; else it is the
 * age of the last transaction replayed, by the standby's own clock.
 */
final class PostgresHosts implements HostSupport {

    private static final Pattern URL = Pattern.compile("(jdbc:postgresql://)([^/?]*)([^?]*)(?:[?](.*))?");
    private static final int DEFAULT_PORT = 5432;
    private static final String TARGET = "targetServerType";
    private static final String LIBPQ_TARGET = "target_session_attrs";

    /** What chooses among hosts; the pool does that. */
    private static final Set<String> CHOOSING = Set.of(TARGET, LIBPQ_TARGET, "loadBalanceHosts", "hostRecheckSeconds");

    private static final Map<String, String> LIBPQ_WORDS = Map.of(
            "master", "primary",
            "slave", "standby",
            "secondary", "standby",
            "preferslave", "prefer-standby",
            "prefersecondary", "prefer-standby",
            "preferprimary", "prefer-primary");

    private static final String ROLE = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')";

    /** The timeline is the start of a WAL file's name. */
    private static final String IDENTITY = "SELECT (SELECT system_identifier::text FROM pg_control_system()),"
            + " CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END";

    private static final String LAG = "SELECT CASE WHEN pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"
            + " AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) THEN 0"
            + " ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END";

    @Override
    public List<HostUrl> hosts(String jdbcUrl) {
        var parts = URL.matcher(jdbcUrl);
        if (!parts.matches()) {
            return List.of();
        }
        List<String> kept = new ArrayList<>();
        for (var parameter : parameters(parts.group(4))) {
            if (!CHOOSING.contains(parameter.split("=", 2)[0])) {
                kept.add(parameter);
            }
        }
        // What the URL says wins over the properties.
        kept.add(TARGET + "=any");
        List<HostUrl> hosts = new ArrayList<>();
        for (var host : parts.group(2).split(",", -1)) {
            var address = address(host);
            hosts.add(new HostUrl(address, parts.group(1) + address + parts.group(3) + "?" + String.join("&", kept)));
        }
        return hosts;
    }

    private static String address(String host) {
        var name = host.isEmpty() ? "localhost" : host.toLowerCase(Locale.ROOT);
        return name.indexOf(':', name.lastIndexOf(']') + 1) >= 0 ? name : name + ":" + DEFAULT_PORT;
    }

    private static List<String> parameters(String query) {
        return query == null || query.isEmpty() ? List.of() : List.of(query.split("&", -1));
    }

    @Override
    public String target(String jdbcUrl, Map<String, String> given) {
        var said = Optional.ofNullable(given.get(TARGET)).or(() -> Optional.ofNullable(given.get(LIBPQ_TARGET)));
        var parts = URL.matcher(jdbcUrl);
        if (parts.matches()) {
            for (var parameter : parameters(parts.group(4))) {
                var pair = parameter.split("=", 2);
                if (pair.length == 2 && (pair[0].equals(TARGET) || pair[0].equals(LIBPQ_TARGET))) {
                    said = Optional.of(pair[1]);
                }
            }
        }
        return said.map(word -> LIBPQ_WORDS.getOrDefault(word.toLowerCase(Locale.ROOT), word))
                .orElse("");
    }

    @Override
    public Look look(Connection physical) throws SQLException {
        try (var statement = physical.createStatement()) {
            boolean standby;
            boolean readOnly;
            try (var row = statement.executeQuery(ROLE)) {
                row.next();
                standby = row.getBoolean(1);
                readOnly = "on".equals(row.getString(2));
            }
            var refused = new StringBuilder();
            var identity = ask(statement, IDENTITY, refused, PostgresHosts::identity)
                    .orElse(new Identity("", OptionalLong.empty()));
            Optional<Duration> lag = standby
                    ? ask(statement, LAG, refused, PostgresHosts::lag).flatMap(found -> found)
                    : Optional.empty();
            var role = standby ? HostRole.REPLICA : readOnly ? HostRole.READ_ONLY : HostRole.PRIMARY;
            return new Look(role, lag, identity.cluster(), identity.timeline(), refused.toString());
        }
    }

    private record Identity(String cluster, OptionalLong timeline) {}

    private static Identity identity(ResultSet row) throws SQLException {
        var cluster = row.getString(1);
        var timeline = row.getString(2);
        return new Identity(
                cluster == null ? "" : cluster,
                timeline == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(timeline, 16)));
    }

    private static Optional<Duration> lag(ResultSet row) throws SQLException {
        double millis = row.getDouble(1);
        return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(Math.max(0, (long) millis)));
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Empty where the server refuses to tell, as it does where a function was taken from this login. */
    private static <T> Optional<T> ask(Statement statement, String sql, StringBuilder refused, Reader<T> reader)
            throws SQLException {
        try (var row = statement.executeQuery(sql)) {
            row.next();
            return Optional.of(reader.read(row));
        } catch (SQLException e) {
            var state = String.valueOf(e.getSQLState());
            if (!state.startsWith("42") && !state.startsWith("55")) {
                throw e;
            }
            refused.append(refused.isEmpty() ? "" : "; ").append(e.getMessage());
            return Optional.empty();
        }
    }
}
