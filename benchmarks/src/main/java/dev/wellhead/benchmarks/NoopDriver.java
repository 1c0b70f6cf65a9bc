// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLWarning;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver that does nothing, so that what is measured over it is the cost of what lies above. Every statement
 * answers the one row {@link Visitor#ANSWER}, without allocating: a connection has one statement for each spelling of the
 * columns, and that one result. {@code ?connectMillis=150} in the URL makes a connect take so long.
 */
public final class NoopDriver implements Driver {

    static final String URL = "jdbc:noop:bench";

    private static final Pattern CONNECT_MILLIS = Pattern.compile("[?&]connectMillis=([0-9]{1,6})");
    private static final AtomicInteger OPENED = new AtomicInteger();

    static {
        try {
            DriverManager.registerDriver(new NoopDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        var delay = CONNECT_MILLIS.matcher(url);
        if (delay.find()) {
            try {
                Thread.sleep(Long.parseLong(delay.group(1)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("Interrupted while connecting", "08001", e);
            }
        }
        OPENED.incrementAndGet();
        return new NoopConnection();
    }

    /** Connections opened so far in this JVM. */
    static int opened() {
        return OPENED.get();
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith("jdbc:noop:");
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("getParentLogger");
    }

    /** Remembers its settings and nothing else. */
    private static final class NoopConnection extends RefusingConnection {
        private final PreparedStatement statement =
                new NoopStatement(this, "id", "name", "email", "visits", "active", "balance");
        private final PreparedStatement spelled = new NoopStatement(
                this, "visitor_id", "first_name", "email_address", "visit_count", "is_active", "open_balance");
        private boolean autoCommit = true;
        private boolean readOnly;
        private boolean closed;

        @Override
        public PreparedStatement prepareStatement(String sql) {
            return sql.startsWith("select visitor_id") ? spelled : statement;
        }

        @Override
        public PreparedStatement prepareStatement(String sql, int type, int concurrency) {
            return prepareStatement(sql);
        }

        @Override
        public java.sql.DatabaseMetaData getMetaData() {
            return new NoopMetaData();
        }

        @Override
        public boolean getAutoCommit() {
            return autoCommit;
        }

        @Override
        public void setAutoCommit(boolean value) {
            autoCommit = value;
        }

        @Override
        public boolean isReadOnly() {
            return readOnly;
        }

        @Override
        public void setReadOnly(boolean value) {
            readOnly = value;
        }

        @Override
        public int getTransactionIsolation() {
            return TRANSACTION_READ_COMMITTED;
        }

        @Override
        public void setTransactionIsolation(int level) {}

        @Override
        public int getHoldability() {
            return java.sql.ResultSet.CLOSE_CURSORS_AT_COMMIT;
        }

        @Override
        public @Nullable String getCatalog() {
            return null;
        }

        @Override
        public @Nullable String getSchema() {
            return null;
        }

        @Override
        public int getNetworkTimeout() {
            return 0;
        }

        @Override
        public void setNetworkTimeout(java.util.concurrent.Executor executor, int millis) {}

        @Override
        public void setClientInfo(String name, String value) {}

        @Override
        public @Nullable SQLWarning getWarnings() {
            return null;
        }

        @Override
        public void clearWarnings() {}

        @Override
        public void commit() {}

        @Override
        public void rollback() {}

        @Override
        public boolean isValid(int seconds) {
            return !closed;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public void abort(java.util.concurrent.Executor executor) {
            closed = true;
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return type.isInstance(this);
        }
    }

    /** Enough for those who ask which database it is. */
    private static final class NoopMetaData extends RefusingDatabaseMetaData {

        @Override
        public String getDatabaseProductName() {
            return "Noop";
        }

        @Override
        public String getDatabaseProductVersion() {
            return "1";
        }

        @Override
        public String getDriverName() {
            return "Noop";
        }

        @Override
        public String getDriverVersion() {
            return "1";
        }

        @Override
        public int getDatabaseMajorVersion() {
            return 1;
        }

        @Override
        public int getDatabaseMinorVersion() {
            return 0;
        }

        @Override
        public String getURL() {
            return URL;
        }

        @Override
        public boolean supportsGetGeneratedKeys() {
            return false;
        }
    }
}
