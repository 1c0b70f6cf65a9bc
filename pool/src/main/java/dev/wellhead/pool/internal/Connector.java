// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

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
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens physical connections: driver, credentials, properties, session. Blocks; runs on workers only. */
final class Connector {

    /** A physical connection, ready for its first handle. */
    record Connected(Connection physical, SessionState session, Lookout lookout) {}

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
    private volatile @Nullable Driver driver;

    /** Connects by the settings in force at each connect. */
    Connector(String url, Supplier<PoolConfig> current) {
        this.current = current;
        this.support = find(url);
    }

    /** Connects and prepares the session; on any failure nothing stays open. */
    Connected connect() throws Exception {
        var config = current.get();
        var link = link(config);
        var physical = link.physical();
        try {
            initialise(physical, config);
            if (physical.isClosed()) {
                // Asked here once, so that callers meet no driver whose answer takes its time.
                throw new SQLNonTransientConnectionException("The driver opened a connection that is closed", "08001");
            }
            return new Connected(physical, SessionState.open(physical, support, config), link.lookout());
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
        return link(current.get()).physical();
    }

    private Link link(PoolConfig config) throws Exception {
        var login = config.credentials().credentials();
        var given = config.driverProperties();
        var settings = new ConnectSettings(
                Math.max(1, config.connectTimeout().toMillis()),
                config.statementTimeout().toMillis(),
                config.applicationName(),
                config.pooled());
        var properties = new Properties();
        properties.putAll(given);
        properties.putAll(support.connectProperties(settings, given));
        if (!login.username().isEmpty()) {
            properties.setProperty("user", login.username());
        }
        if (!login.password().isEmpty()) {
            properties.setProperty("password", login.password().reveal());
        }
        var link = support.connect(driver(config.jdbcUrl()), config.jdbcUrl(), properties);
        if (link == null) {
            throw new SQLNonTransientConnectionException(
                    "The driver returned no connection for " + config.shownUrl(), "08001");
        }
        try {
            support.opened(link.physical(), settings, given);
            return link;
        } catch (Exception | Error e) {
            closeAfter(link.physical(), e);
            throw e;
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

    private static DriverSupport find(String url) {
        for (var support : ServiceLoader.load(DriverSupport.class, Connector.class.getClassLoader())) {
            if (support.accepts(url)) {
                return support;
            }
        }
        return PLAIN_JDBC;
    }
}
