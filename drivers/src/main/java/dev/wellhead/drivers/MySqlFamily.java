// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.drivers.WatchedSocketFactory.Sockets;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import dev.wellhead.pool.spi.DriverSupport.Link;
import dev.wellhead.pool.spi.DriverSupport.Lookout;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the drivers of MariaDB and of MySQL have in common: the names of many properties, and the servers at the other end.
 *
 * <h2>A login that hangs</h2>
 *
 * {@code connectTimeout} ends with TCP's handshake; a frozen server still accepts, and the driver then waits for its
 * greeting. So the socket gets a read limit of the connect limit until the login is done, and then the user's own again
 * (default: none).
 *
 * <h2>The limit of statements</h2>
 *
 * MariaDB's server ends a statement by itself after {@code max_statement_time}, which is set for the session right after the
 * login, whichever driver is used. MySQL's server has a limit for SELECT alone, so the pool sets the limit on each statement
 * there, and the driver sends KILL QUERY. Behind a pooler the session is not touched.
 */
final class MySqlFamily {

    private static final String CONNECT_TIMEOUT = "connectTimeout";
    private static final String SOCKET_TIMEOUT = "socketTimeout";
    private static final String SOCKET_FACTORY = "socketFactory";
    private static final String SESSION_VARIABLES = "sessionVariables";
    private static final String MAX_STATEMENT_TIME = "max_statement_time";
    private static final String ATTRIBUTES = "connectionAttributes";

    /**
     * Sessions that the server has ended: at its shutdown (1053), by KILL (1927), after idle time (4031), on network errors
     * (1152, 1158 to 1161, 1184), or that the client found gone (2002, 2003, 2006, 2013, 2055).
     */
    private static final Set<Integer> ENDED =
            Set.of(1053, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2002, 2003, 2006, 2013, 2055, 4031);

    private MySqlFamily() {}

    /** Defaults that both drivers know. */
    static Map<String, String> defaults(ConnectSettings settings) {
        Map<String, String> defaults = new HashMap<>();
        defaults.put(CONNECT_TIMEOUT, Long.toString(Math.min(Integer.MAX_VALUE, settings.connectTimeoutMillis())));
        defaults.put("tcpKeepAlive", "true");
        defaults.put("cachePrepStmts", "true");
        defaults.put("prepStmtCacheSize", "250");
        if (!settings.applicationName().isEmpty()) {
            // Seen in performance_schema.session_connect_attrs; comma and colon separate there.
            defaults.put(
                    ATTRIBUTES, "program_name:" + settings.applicationName().replaceAll("[,:]", "_"));
        }
        return defaults;
    }

    /**
     * Connects with a limit on the login, over a socket that can be looked at where the user has no factory of his own.
     *
     * @param factory makes such sockets; null where none can be used
     */
    static @Nullable Link connect(Driver driver, String url, Properties properties, @Nullable Class<?> factory)
            throws SQLException {
        boolean limited = UserSettings.inUrl(url, SOCKET_TIMEOUT).isEmpty();
        int own = limited ? number(properties.getProperty(SOCKET_TIMEOUT, "0")) : 0;
        if (limited) {
            // The URL is put first, as the driver does at its connect limit or as good as.
            var limit = UserSettings.inUrl(url, CONNECT_TIMEOUT).orElse(properties.getProperty(CONNECT_TIMEOUT, "0"));
            properties.setProperty(SOCKET_TIMEOUT, limit);
        }
        var link = watched(driver, url, properties, factory);
        if (link != null && limited) {
            link.physical().setNetworkTimeout(Runnable::run, own);
        }
        return link;
    }

    private static @Nullable Link watched(Driver driver, String url, Properties properties, @Nullable Class<?> factory)
            throws SQLException {
        if (factory == null
                || UserSettings.inUrl(url, SOCKET_FACTORY).isPresent()
                || properties.getProperty(SOCKET_FACTORY) != null) {
            var physical = driver.connect(url, properties);
            return physical == null ? null : new Link(physical, Lookout.NONE);
        }
        try (var sockets = WatchedSocketFactory.begin()) {
            properties.setProperty(SOCKET_FACTORY, factory.getName());
            var physical = MariaDbSockets.during(sockets, () -> driver.connect(url, properties));
            return physical == null ? null : new Link(physical, lookout(sockets));
        }
    }

    private static Lookout lookout(Sockets sockets) {
        var socket = sockets.open();
        return socket == null ? Lookout.NONE : socket;
    }

    /** A number of milliseconds; what is none is left for the driver to complain of. */
    private static int number(String text) {
        try {
            return Math.max(0, Integer.parseInt(text.strip()));
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }

    static void limitStatements(Connection physical, ConnectSettings settings, Map<String, String> given)
            throws SQLException {
        var own = Optional.ofNullable(given.get(SESSION_VARIABLES)).orElse("")
                + physical.getMetaData().getURL();
        if (limitsStatements(physical, settings) && !own.contains(MAX_STATEMENT_TIME)) {
            var seconds = BigDecimal.valueOf(settings.statementTimeoutMillis()).movePointLeft(3);
            try (var statement = physical.createStatement()) {
                statement.execute("SET SESSION " + MAX_STATEMENT_TIME + " = " + seconds.toPlainString());
            }
        }
    }

    /** MariaDB's server ends the session of a transaction that has done nothing for so long; it counts in seconds. */
    static void limitIdleTransactions(Connection physical, ConnectSettings settings) throws SQLException {
        long millis = settings.idleInTransactionTimeoutMillis();
        if (millis > 0 && !settings.pooled() && isMariaDb(physical)) {
            try (var statement = physical.createStatement()) {
                statement.execute("SET SESSION idle_transaction_timeout = " + (millis + 999) / 1_000);
            }
        }
    }

    static boolean limitsStatements(Connection physical, ConnectSettings settings) throws SQLException {
        return !settings.pooled() && settings.statementTimeoutMillis() > 0 && isMariaDb(physical);
    }

    /** Whether the server is MariaDB, as it said at the login: MySQL's driver calls every server MySQL. */
    private static boolean isMariaDb(Connection physical) throws SQLException {
        return physical.getMetaData().getDatabaseProductVersion().contains("MariaDB");
    }

    static boolean isFatal(SQLException error) {
        var state = error.getSQLState();
        return (state != null && state.startsWith("08")) || ENDED.contains(error.getErrorCode());
    }

    /** The driver's own connection, or null when it is closed or another's. */
    static <T> @Nullable T unwrap(Connection connection, Class<T> type) {
        try {
            return type.isInstance(connection) ? type.cast(connection) : connection.unwrap(type);
        } catch (SQLException closedOrAnotherDriver) {
            // Nothing is known then, which is what the caller is told.
            return null;
        }
    }

    /** For {@link DriverSupport#accepts}: MariaDB's driver takes MySQL's URLs where they say so. */
    static boolean isForMariaDbDriver(String jdbcUrl) {
        return jdbcUrl.startsWith("jdbc:mariadb:")
                || (jdbcUrl.startsWith("jdbc:mysql:") && jdbcUrl.contains("permitMysqlScheme"));
    }
}
