// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Connection;
import org.mariadb.jdbc.util.constants.ServerStatus;

/**
 * What MariaDB's JDBC driver needs and lacks; see {@link MySqlFamily}.
 *
 * <p>The server says with each answer whether a transaction is open, so that is known without a round trip. A statement
 * that fails leaves its transaction open and good, but for a deadlock (1213), which ends it.
 */
public final class MariaDbSupport implements DriverSupport {

    /** Found by {@link java.util.ServiceLoader}. */
    public MariaDbSupport() {}

    @Override
    public boolean accepts(String jdbcUrl) {
        return MySqlFamily.isForMariaDbDriver(jdbcUrl);
    }

    @Override
    public Map<String, String> defaults(String jdbcUrl, ConnectSettings settings, Map<String, String> given) {
        var defaults = MySqlFamily.defaults(settings);
        // Linux waits two hours before it asks an idle peer whether it lives: here it knows within two minutes.
        defaults.put("tcpKeepIdle", "60");
        defaults.put("tcpKeepInterval", "15");
        defaults.put("tcpKeepCount", "4");
        return UserSettings.leftOut(defaults, jdbcUrl, given);
    }

    @Override
    public @Nullable Link connect(Driver driver, String url, Properties properties) throws SQLException {
        boolean watched = WatchedSocketFactory.isUsable(MariaDbSockets.class, org.mariadb.jdbc.Driver.class)
                && driver instanceof org.mariadb.jdbc.Driver;
        return MySqlFamily.connect(driver, url, properties, watched ? MariaDbSockets.class : null);
    }

    @Override
    public void opened(java.sql.Connection physical, ConnectSettings settings, Map<String, String> given)
            throws SQLException {
        MySqlFamily.limitStatements(physical, settings, given);
        MySqlFamily.limitIdleTransactions(physical, settings);
    }

    @Override
    public boolean limitsStatementsOnServer(java.sql.Connection physical, ConnectSettings settings)
            throws SQLException {
        return MySqlFamily.limitsStatements(physical, settings);
    }

    @Override
    public TransactionState transactionState(java.sql.Connection physical) {
        var driver = MySqlFamily.unwrap(physical, Connection.class);
        if (driver == null) {
            return TransactionState.UNKNOWN;
        }
        boolean open = (driver.getContext().getServerStatus() & ServerStatus.IN_TRANSACTION) != 0;
        return open ? TransactionState.OPEN : TransactionState.NONE;
    }

    @Override
    public OptionalLong backendId(java.sql.Connection physical) {
        var driver = MySqlFamily.unwrap(physical, Connection.class);
        return driver == null ? OptionalLong.empty() : OptionalLong.of(driver.getThreadId());
    }

    @Override
    public boolean isFatal(SQLException error) {
        return MySqlFamily.isFatal(error);
    }
}
