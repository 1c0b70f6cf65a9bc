// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import dev.wellhead.pool.spi.DriverSupport.Link;
import dev.wellhead.pool.spi.DriverSupport.Lookout;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens physical connections: driver, credentials, properties, session. Blocks; runs on workers only. */
final class Connector {

    /**
     * A physical connection, ready for its first handle.
     *
     * @param login the generation of its login
     * @param host to which of several; null where there is one
     */
    record Connected(
            Connection physical,
            SessionState session,
            Lookout lookout,
            int login,
            @Nullable Host host) {}

    /** What the driver has opened, and the generation of its login. */
    private record Opened(Link link, int login) {}

    /** What JDBC itself offers. */
    private static final DriverSupport PLAIN_JDBC = new DriverSupport() {

        @Override
        public boolean accepts(String jdbcUrl) {
            return true;
        }

        @Override
        public void opened(Connection physical, ConnectSettings settings, Map<String, String> given)
                throws SQLException {
            if (!settings.applicationName().isEmpty() && !settings.pooled()) {
                physical.setClientInfo("ApplicationName", settings.applicationName());
            }
        }
    };

    private final Supplier<PoolConfig> current;
    private final DriverSupport support;
    private final Logins logins;
    private volatile @Nullable Driver driver;
    /** Set before the first connect; null where there is one host. */
    private @Nullable Hosts hosts;

    /**
     * Connects by the settings in force at each connect.
     *
     * @param onLoginChange called when it shows that the login has changed, on any thread
     */
    Connector(String url, Supplier<PoolConfig> current, Runnable onLoginChange) {
        this.current = current;
        this.support = DriverSupport.of(url).orElse(PLAIN_JDBC);
        this.logins = new Logins(onLoginChange);
    }

    /** Connects from now on to whichever of several hosts is to be connected to. */
    void follow(Hosts several) {
        hosts = several;
    }

    DriverSupport support() {
        return support;
    }

    Logins logins() {
        return logins;
    }

    /** Connects and prepares the session; on any failure nothing stays open. */
    Connected connect() throws Exception {
        var config = current.get();
        var several = hosts;
        var host = several == null ? null : several.target();
        var opened = open(
                config,
                host == null ? config.jdbcUrl() : host.url(),
                config.connectTimeout().toMillis());
        var link = opened.link();
        var physical = link.physical();
        try {
            if (several != null && host != null) {
                several.requireFit(host, support.serverIsReadOnly(physical));
            }
            var session = support.session(physical, ConnectSettings.of(config));
            initialise(physical, config);
            if (physical.isClosed()) {
                // Asked here once, so that callers meet no driver whose answer takes its time.
                throw new SQLNonTransientConnectionException("The driver opened a connection that is closed", "08001");
            }
            return new Connected(
                    physical,
                    SessionState.open(physical, support, config).named(session.orElse(null)),
                    link.lookout(),
                    opened.login(),
                    host);
        } catch (Exception | Error e) {
            closeAfter(physical, e);
            throw e;
        }
    }

    private static void initialise(Connection physical, PoolConfig config) throws SQLException {
        if (config.initSql().isEmpty()) {
            return;
        }
        try (var statement = physical.createStatement()) {
            statement.execute(config.initSql().get());
            if (!physical.getAutoCommit()) {
                physical.commit();
            }
        } catch (SQLException e) {
            throw new SQLException(
                    "init-sql of pool " + config.name() + " failed: " + e.getMessage(), e.getSQLState(), e);
        }
    }

    /** Connects without touching the session. */
    Connection connectPhysical() throws Exception {
        var config = current.get();
        var several = hosts;
        var url = several == null ? config.jdbcUrl() : several.target().url();
        return open(config, url, config.connectTimeout().toMillis()).link().physical();
    }

    /** Connects to one host of several, within that limit where the driver keeps it. */
    Connection connectTo(Host host, long limitMillis) throws Exception {
        return open(current.get(), host.url(), limitMillis).link().physical();
    }

    private Opened open(PoolConfig config, String url, long limitMillis) throws Exception {
        var login = logins.ask(config);
        try {
            return new Opened(link(config, url, limitMillis, login.credentials()), login.generation());
        } catch (SQLException refused) {
            var fresh = logins.askAgain(config, login, refused);
            var link = link(config, url, limitMillis, fresh.credentials());
            return new Opened(link, logins.accepted(fresh, login).generation());
        }
    }

    private Link link(PoolConfig config, String url, long limitMillis, Credentials login) throws Exception {
        var given = config.driverProperties();
        var settings = new ConnectSettings(
                Math.max(1, limitMillis),
                config.statementTimeout().toMillis(),
                config.applicationName(),
                config.pooled(),
                config.idleInTransactionTimeout().toMillis());
        var properties = new Properties();
        properties.putAll(support.defaults(url, settings, given));
        properties.putAll(given);
        properties.putAll(support.connectProperties(settings, given));
        if (!login.username().isEmpty()) {
            properties.setProperty("user", login.username());
        }
        if (!login.password().isEmpty()) {
            properties.setProperty("password", login.password().reveal());
        }
        var driver = driver(url);
        var redaction = Redaction.of(url, properties);
        Link link;
        try {
            link = support.connect(driver, url, properties);
        } catch (Exception | Error e) {
            throw redaction.clean(e);
        }
        if (link == null) {
            throw new SQLNonTransientConnectionException(
                    "The driver returned no connection for " + config.shownUrl(), "08001");
        }
        try {
            support.opened(link.physical(), settings, given);
            return link;
        } catch (Exception | Error e) {
            closeAfter(link.physical(), e);
            throw redaction.clean(e);
        }
    }

    private Driver driver(String url) throws SQLException {
        var known = driver;
        if (known == null) {
            try {
                known = DriverManager.getDriver(url);
            } catch (SQLException e) {
                throw new SQLNonTransientConnectionException(
                        "No JDBC driver accepts " + JdbcUrl.mask(url)
                                + "; add the driver's artifact (such as org.postgresql:postgresql) or mend the URL",
                        "08001",
                        e);
            }
            driver = known;
        }
        return known;
    }

    private static void closeAfter(Connection physical, Throwable cause) {
        try {
            physical.close();
        } catch (SQLException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
