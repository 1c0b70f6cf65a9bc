// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.beans.PropertyVetoException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.vibur.dbcp.ViburDBCPDataSource;

/** Starts the others' pools: their sizes and acquire limit are set, the rest is as they come. */
final class PeerPools {

    private PeerPools() {}

    static OpenPool hikari(PoolSetup setup, boolean hasMetrics) {
        var config = new HikariConfig();
        config.setPoolName("bench");
        config.setJdbcUrl(setup.jdbcUrl());
        if (!setup.user().isEmpty()) {
            config.setUsername(setup.user());
            config.setPassword(setup.password());
        }
        config.setMinimumIdle(setup.minIdle());
        config.setMaximumPoolSize(setup.maxSize());
        config.setConnectionTimeout(setup.acquireTimeout().toMillis());
        if (hasMetrics) {
            config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(new SimpleMeterRegistry()));
        }
        var pool = new HikariDataSource(config);
        return new Running(pool, pool::getConnection, pool::close);
    }

    static OpenPool agroal(PoolSetup setup) {
        var configuration = new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(sizes -> {
            sizes.minSize(setup.minIdle())
                    .initialSize(setup.minIdle())
                    .maxSize(setup.maxSize())
                    .acquisitionTimeout(setup.acquireTimeout())
                    .connectionFactoryConfiguration(factory -> {
                        factory.jdbcUrl(setup.jdbcUrl())
                                .connectionProviderClass(driver(setup.jdbcUrl()).getClass());
                        if (!setup.user().isEmpty()) {
                            factory.principal(new NamePrincipal(setup.user()))
                                    .credential(new SimplePassword(setup.password()));
                        }
                        return factory;
                    });
            if (setup.validating()) {
                sizes.connectionValidator(ConnectionValidator.defaultValidator())
                        .validateOnBorrow(true);
            }
            return sizes;
        });
        try {
            var pool = AgroalDataSource.from(configuration);
            return new Running(pool, pool::getConnection, pool::close);
        } catch (SQLException e) {
            throw new IllegalStateException("Agroal does not start", e);
        }
    }

    static OpenPool dbcp2(PoolSetup setup) {
        var pool = new BasicDataSource();
        pool.setUrl(setup.jdbcUrl());
        if (!setup.user().isEmpty()) {
            pool.setUsername(setup.user());
            pool.setPassword(setup.password());
        }
        pool.setInitialSize(setup.minIdle());
        pool.setMinIdle(setup.minIdle());
        pool.setMaxIdle(setup.maxSize());
        pool.setMaxTotal(setup.maxSize());
        pool.setMaxWait(setup.acquireTimeout());
        return new Running(pool, pool::getConnection, () -> close(pool));
    }

    static OpenPool c3p0(PoolSetup setup) {
        var pool = new ComboPooledDataSource();
        try {
            pool.setDriverClass(driver(setup.jdbcUrl()).getClass().getName());
        } catch (PropertyVetoException e) {
            throw new IllegalStateException(e);
        }
        pool.setJdbcUrl(setup.jdbcUrl());
        if (!setup.user().isEmpty()) {
            pool.setUser(setup.user());
            pool.setPassword(setup.password());
        }
        pool.setInitialPoolSize(setup.minIdle());
        pool.setMinPoolSize(setup.minIdle());
        pool.setMaxPoolSize(setup.maxSize());
        pool.setCheckoutTimeout(millis(setup.acquireTimeout()));
        pool.setTestConnectionOnCheckout(setup.validating());
        return new Running(pool, pool::getConnection, pool::close);
    }

    static OpenPool tomcat(PoolSetup setup) {
        var properties = new PoolProperties();
        properties.setDriverClassName(driver(setup.jdbcUrl()).getClass().getName());
        properties.setUrl(setup.jdbcUrl());
        if (!setup.user().isEmpty()) {
            properties.setUsername(setup.user());
            properties.setPassword(setup.password());
        }
        properties.setInitialSize(setup.minIdle());
        properties.setMinIdle(setup.minIdle());
        properties.setMaxIdle(setup.maxSize());
        properties.setMaxActive(setup.maxSize());
        properties.setMaxWait(millis(setup.acquireTimeout()));
        properties.setTestOnBorrow(setup.validating());
        var pool = new org.apache.tomcat.jdbc.pool.DataSource(properties);
        return new Running(pool, pool::getConnection, pool::close);
    }

    static OpenPool vibur(PoolSetup setup) {
        var pool = new ViburDBCPDataSource();
        pool.setJdbcUrl(setup.jdbcUrl());
        pool.setUsername(setup.user());
        pool.setPassword(setup.password());
        pool.setPoolInitialSize(setup.minIdle());
        pool.setPoolMaxSize(setup.maxSize());
        pool.setConnectionTimeoutInMs(setup.acquireTimeout().toMillis());
        pool.start();
        return new Running(pool, pool::getConnection, pool::close);
    }

    private static void close(BasicDataSource pool) {
        try {
            pool.close();
        } catch (SQLException e) {
            throw new IllegalStateException("DBCP2 does not close", e);
        }
    }

    private static Driver driver(String jdbcUrl) {
        try {
            return DriverManager.getDriver(jdbcUrl);
        } catch (SQLException e) {
            throw new IllegalStateException("no driver takes " + jdbcUrl, e);
        }
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    /** How a connection is had of a pool. */
    private interface Source {
        Connection get() throws SQLException;
    }

    /** A pool, by what its own class offers. */
    private record Running(DataSource dataSource, Source source, Runnable end) implements OpenPool {
        @Override
        public Connection getConnection() throws SQLException {
            return source.get();
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
