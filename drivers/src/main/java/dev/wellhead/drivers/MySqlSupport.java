// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.wellhead.pool.spi.DriverSupport;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What MySQL's JDBC driver (Connector/J) needs and lacks; see {@link MySqlFamily}. Run against MariaDB's server, not yet
 * against MySQL's.
 */
public final class MySqlSupport implements DriverSupport {

    /** Found by {@link java.util.ServiceLoader}. */
    public MySqlSupport() {}

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith("jdbc:mysql:") && !MySqlFamily.isForMariaDbDriver(jdbcUrl);
    }

    @Override
    public Map<String, String> defaults(String jdbcUrl, ConnectSettings settings, Map<String, String> given) {
        var defaults = MySqlFamily.defaults(settings);
        // The driver's own limit is 256 characters, and longer texts are those that cost most to take apart.
        defaults.put("prepStmtCacheSqlLimit", "2048");
        return UserSettings.leftOut(defaults, jdbcUrl, given);
    }

    @Override
    public @Nullable Link connect(Driver driver, String url, Properties properties) throws SQLException {
        boolean watched = driver instanceof com.mysql.cj.jdbc.Driver
                && WatchedSocketFactory.isUsable(MySqlSockets.class, com.mysql.cj.jdbc.Driver.class);
        return MySqlFamily.connect(driver, url, properties, watched ? MySqlSockets.class : null);
    }

    @Override
    public void opened(Connection physical, ConnectSettings settings, Map<String, String> given) throws SQLException {
        MySqlFamily.limitStatements(physical, settings, given);
        MySqlFamily.limitIdleTransactions(physical, settings);
    }

    @Override
    public boolean limitsStatementsOnServer(Connection physical, ConnectSettings settings) throws SQLException {
        return MySqlFamily.limitsStatements(physical, settings);
    }

    @Override
    public TransactionState transactionState(Connection physical) {
        var driver = MySqlFamily.unwrap(physical, JdbcConnection.class);
        if (driver == null) {
            return TransactionState.UNKNOWN;
        }
        return driver.getSession().getServerSession().inTransactionOnServer()
                ? TransactionState.OPEN
                : TransactionState.NONE;
    }

    @Override
    public OptionalLong backendId(Connection physical) {
        var driver = MySqlFamily.unwrap(physical, JdbcConnection.class);
        return driver == null ? OptionalLong.empty() : OptionalLong.of(driver.getId());
    }

    @Override
    public boolean isFatal(SQLException error) {
        return MySqlFamily.isFatal(error);
    }
}
