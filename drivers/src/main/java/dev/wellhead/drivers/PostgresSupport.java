// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.HostSupport;
import dev.wellhead.pool.spi.ServerProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.core.BaseConnection;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/**
 * What PostgreSQL's own JDBC driver (pgjdbc) needs and lacks.
 *
 * <h2>A login that hangs</h2>
 *
 * {@code connectTimeout} ends with TCP's handshake; a frozen server still accepts, and pgjdbc then waits for its answer
 * for ever. So the socket gets a read limit of the connect limit until the login is done, and then the user's own again
 * (default: none). {@code loginTimeout} is not used: it leaves the waiting thread behind. A {@code socketTimeout} in the
 * URL stands as it is, because pgjdbc prefers the URL to properties.
 *
 * <h2>The limits of statements and of idle transactions</h2>
 *
 * They go into the start message as {@code options=-c statement_timeout=...}, before the user's own options, so that
 * those win. {@code options} in the URL hide them: then they are set by statements, unless the options do that. Behind a
 * pooler neither is allowed.
 *
 * <h2>Batches of inserts</h2>
 *
 * {@code reWriteBatchedInserts} is on, so that a batch of {@code INSERT ... VALUES} goes as statements of many rows each.
 * Their update counts are then {@link java.sql.Statement#SUCCESS_NO_INFO}; and {@code ON CONFLICT DO UPDATE} refuses a
 * batch in which one key comes twice (SQLSTATE 21000), as it does in any statement. The user's own setting stands.
 *
 * <h2>Values in error texts</h2>
 *
 * pgjdbc puts a batch's parameter values and the server's DETAIL ({@code Key (id)=(5) already exists}) into its error
 * texts, which end in logs. So they are left out, unless the user sets {@code logServerErrorDetail}; whoever needs the
 * detail asks {@code PSQLException.getServerErrorMessage()}.
 *
 * <h2>Behind a pooler</h2>
 *
 * A statement prepared under a name stays in a server session that the next transaction may not get, or that has that
 * name from somebody else; pgjdbc does so with COMMIT too. So none is, unless the user sets {@code prepareThreshold}.
 *
 * <h2>Whom TLS trusts</h2>
 *
 * {@code sslrootcert=system}, as libpq has it since version 16, means Java's own trust store; pgjdbc does not know the word.
 *
 * <h2>Sockets that can be looked at</h2>
 *
 * pgjdbc gets its sockets from {@link WatchedSocketFactory}, so that a connection which the server has ended shows as dead
 * without a round trip. A {@code socketFactory} of the user's stands, and nothing shows then.
 */
public final class PostgresSupport implements DriverSupport {

    /** The password of the client's key as a parameter of the URL. */
    private static final Pattern KEY_PASSWORD = Pattern.compile("([?&])sslpassword=[^&]*&?");

    private static final String PREFIX = "jdbc:postgresql:";
    private static final long LONGEST_SSL_ANSWER_MILLIS = 5_000;
    private static final String SYSTEM_TRUST = "system";
    private static final String ON = "on";
    private static final String STATEMENT_TIMEOUT = "statement_timeout";
    private static final String IDLE_IN_TRANSACTION_TIMEOUT = "idle_in_transaction_session_timeout";

    /** The first version that looks for its client while a statement runs. */
    private static final int FIRST_WITH_CHECKS = 14;

    /** When a session began, in microseconds. */
    private static final String BEGAN = "(extract(epoch FROM backend_start) * 1000000)::bigint";

    /** Where the server can and nobody has set it otherwise. */
    private static final String CHECK_CLIENT = ", CASE WHEN current_setting('client_connection_check_interval') = '0'"
            + " THEN set_config('client_connection_check_interval', '2000', false) END";

    /** Sessions ended by the server: by an administrator, a crash, a dropped database, or one of its time limits. */
    private static final Set<String> ENDED = Set.of("57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04");

    /** Found by {@link java.util.ServiceLoader}. */
    public PostgresSupport() {}

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith(PREFIX);
    }

    @Override
    public Map<String, String> defaults(String jdbcUrl, ConnectSettings settings, Map<String, String> given) {
        Map<String, String> properties = new HashMap<>();
        properties.put(PGProperty.CONNECT_TIMEOUT.getName(), seconds(settings));
        properties.put(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        properties.put(PGProperty.REWRITE_BATCHED_INSERTS.getName(), "true");
        properties.put(PGProperty.LOG_SERVER_ERROR_DETAIL.getName(), "false");
        properties.put(
                PGProperty.SSL_RESPONSE_TIMEOUT.getName(),
                Long.toString(Math.min(LONGEST_SSL_ANSWER_MILLIS, settings.connectTimeoutMillis())));
        if (settings.pooled()) {
            properties.put(PGProperty.PREPARE_THRESHOLD.getName(), "0");
        }
        if (!settings.applicationName().isEmpty()) {
            properties.put(PGProperty.APPLICATION_NAME.getName(), settings.applicationName());
        }
        return UserSettings.leftOut(properties, jdbcUrl, given);
    }

    @Override
    public Map<String, String> connectProperties(ConnectSettings settings, Map<String, String> given) {
        Map<String, String> properties = new HashMap<>();
        if (SYSTEM_TRUST.equals(given.get(PGProperty.SSL_ROOT_CERT.getName()))
                && !given.containsKey(PGProperty.SSL_FACTORY.getName())) {
            properties.put(PGProperty.SSL_FACTORY.getName(), DefaultJavaSSLFactory.class.getName());
        }
        properties.put(PGProperty.SOCKET_TIMEOUT.getName(), seconds(settings));
        var limits = new ArrayList<String>();
        limits(settings).forEach((name, millis) -> limits.add("-c " + name + "=" + millis));
        if (!limits.isEmpty()) {
            var own = given.get(PGProperty.OPTIONS.getName());
            if (own != null) {
                limits.add(own);
            }
            properties.put(PGProperty.OPTIONS.getName(), String.join(" ", limits));
        }
        return properties;
    }

    @Override
    public @Nullable Link connect(java.sql.Driver driver, String configured, Properties properties)
            throws SQLException {
        var own = Driver.parseURL(configured, properties);
        var url = configured;
        if (own != null && PGProperty.SSL_PASSWORD.isPresent(own)) {
            // The driver logs its URL at FINE, and tells it in its metadata.
            url = KEY_PASSWORD.matcher(configured).replaceAll("$1");
            PGProperty.SSL_PASSWORD.set(properties, PGProperty.SSL_PASSWORD.getOrNull(own));
        }
        if (own == null
                || PGProperty.SOCKET_FACTORY.getOrNull(own) != null
                || !WatchedSocketFactory.isUsable(WatchedSocketFactory.class, Driver.class)
                || !(driver instanceof Driver)) {
            return DriverSupport.super.connect(driver, url, properties);
        }
        try (var sockets = WatchedSocketFactory.begin()) {
            properties.setProperty(PGProperty.SOCKET_FACTORY.getName(), WatchedSocketFactory.class.getName());
            properties.setProperty(WatchedSocketFactory.KEY, sockets.key());
            var physical = driver.connect(url, properties);
            if (physical == null) {
                return null;
            }
            var socket = sockets.open();
            return new Link(physical, socket == null ? Lookout.NONE : socket);
        }
    }

    @Override
    public void opened(Connection physical, ConnectSettings settings, Map<String, String> given) throws SQLException {
        var fromUrl = Driver.parseURL(physical.getMetaData().getURL(), new Properties());
        if (fromUrl == null || PGProperty.SOCKET_TIMEOUT.getOrNull(fromUrl) == null) {
            var own = new Properties();
            own.putAll(given);
            long millis = 1_000L * Math.max(0, PGProperty.SOCKET_TIMEOUT.getInt(own));
            physical.setNetworkTimeout(Runnable::run, (int) Math.min(Integer.MAX_VALUE, millis));
        }
        var options = fromUrl == null ? null : PGProperty.OPTIONS.getOrNull(fromUrl);
        if (options == null) {
            return;
        }
        for (var limit : limits(settings).entrySet()) {
            if (!options.contains(limit.getKey())) {
                try (var statement = physical.createStatement()) {
                    statement.execute("SET " + limit.getKey() + " = " + limit.getValue());
                }
            }
        }
    }

    /** The limits that the server sees to, in milliseconds, by the names of its settings. */
    private static Map<String, Long> limits(ConnectSettings settings) {
        Map<String, Long> limits = new LinkedHashMap<>();
        if (limitsStatements(settings)) {
            limits.put(STATEMENT_TIMEOUT, settings.statementTimeoutMillis());
        }
        if (!settings.pooled() && settings.idleInTransactionTimeoutMillis() > 0) {
            limits.put(IDLE_IN_TRANSACTION_TIMEOUT, settings.idleInTransactionTimeoutMillis());
        }
        return limits;
    }

    @Override
    public boolean limitsStatementsOnServer(Connection physical, ConnectSettings settings) {
        return limitsStatements(settings);
    }

    private static boolean limitsStatements(ConnectSettings settings) {
        return !settings.pooled() && settings.statementTimeoutMillis() > 0;
    }

    @Override
    public TransactionState transactionState(Connection physical) {
        var driver = unwrap(physical, BaseConnection.class);
        if (driver == null) {
            return TransactionState.UNKNOWN;
        }
        return switch (driver.getTransactionState()) {
            case IDLE -> TransactionState.NONE;
            case OPEN -> TransactionState.OPEN;
            case FAILED -> TransactionState.FAILED;
        };
    }

    /**
     * Its pid and when it began, of one round trip, in which the session is also told to look whether this side is still
     * there while a statement runs (version 14). Empty where a pooler is in front, said or not: then the pid that pgjdbc
     * knows is not the session's.
     */
    @Override
    public Optional<ServerSession> session(Connection physical, ConnectSettings settings) throws SQLException {
        var driver = unwrap(physical, PGConnection.class);
        if (settings.pooled() || driver == null) {
            return Optional.empty();
        }
        long pid = driver.getBackendPID();
        boolean checks = physical.getMetaData().getDatabaseMajorVersion() >= FIRST_WITH_CHECKS;
        try (var statement = physical.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid(), " + BEGAN + (checks ? CHECK_CLIENT : "")
                        + " FROM pg_stat_get_activity(pg_backend_pid())")) {
            return rows.next() && rows.getLong(1) == pid && rows.getLong(2) != 0
                    ? Optional.of(new ServerSession(pid, rows.getLong(2)))
                    : Optional.empty();
        } catch (SQLException e) {
            if (isFatal(e)) {
                throw e;
            }
            // Another database that speaks this protocol: its sessions are cancelled by the driver.
            return Optional.empty();
        }
    }

    @Override
    public void cancel(Connection control, Collection<ServerSession> sessions) throws SQLException {
        var unused = signalled(control, "pg_cancel_backend", sessions);
    }

    @Override
    public Collection<ServerSession> end(Connection control, Collection<ServerSession> sessions) throws SQLException {
        return signalled(control, "pg_terminate_backend", sessions);
    }

    /** Those that were there. */
    private static Collection<ServerSession> signalled(
            Connection control, String function, Collection<ServerSession> sessions) throws SQLException {
        List<ServerSession> found = new ArrayList<>();
        try (var statement = control.prepareStatement(
                "SELECT " + function + "(pid) FROM pg_stat_get_activity(?) WHERE " + BEGAN + " = ?")) {
            for (var session : sessions) {
                statement.setInt(1, (int) session.number());
                statement.setLong(2, session.since());
                try (var rows = statement.executeQuery()) {
                    if (rows.next()) {
                        found.add(session);
                    }
                }
            }
        }
        return found;
    }

    /** Goes back to the search path that the session started with, which may name more than one schema. */
    @Override
    public void restoreSchema(Connection physical, @Nullable String before) throws SQLException {
        physical.setSchema(null);
    }

    @Override
    public OptionalLong backendId(Connection physical) {
        var driver = unwrap(physical, PGConnection.class);
        return driver == null ? OptionalLong.empty() : OptionalLong.of(driver.getBackendPID());
    }

    @Override
    public boolean isFatal(SQLException error) {
        var state = error.getSQLState();
        return state != null && (state.startsWith("08") || ENDED.contains(state));
    }

    @Override
    public Optional<HostSupport> hosts() {
        return Optional.of(new PostgresHosts());
    }

    @Override
    public Optional<ServerProbe> probe() {
        return Optional.of(new PostgresProbe());
    }

    /**
     * Since version 14 the server reports by itself whether it is a standby, and whether transactions are read-only by
     * default, as an administrator makes them on a server whose disk is full.
     */
    @Override
    public Optional<Boolean> serverIsReadOnly(Connection physical) {
        var driver = unwrap(physical, PGConnection.class);
        var standby = driver == null ? null : driver.getParameterStatus("in_hot_standby");
        if (driver == null || standby == null) {
            return Optional.empty();
        }
        return Optional.of(ON.equals(standby) || ON.equals(driver.getParameterStatus("default_transaction_read_only")));
    }

    private static <T> @Nullable T unwrap(Connection connection, Class<T> type) {
        try {
            return type.isInstance(connection) ? type.cast(connection) : connection.unwrap(type);
        } catch (SQLException closedOrAnotherDriver) {
            // Nothing is known then, which is what the caller is told.
            return null;
        }
    }

    private static String seconds(ConnectSettings settings) {
        return Long.toString(Math.min(Integer.MAX_VALUE / 1_000, (settings.connectTimeoutMillis() + 999) / 1_000));
    }
}
