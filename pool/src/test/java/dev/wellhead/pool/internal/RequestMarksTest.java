// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.HostSpec;

/** A driver that wants to know where requests begin and end, over the real server. */
class RequestMarksTest {

    private static final String URL = "jdbc:marking:";

    private final List<String> calls = new ArrayList<>();
    private final Driver driver = new MarkingDriver();
    private boolean beginFails;

    @BeforeEach
    void register() throws SQLException {
        DriverManager.registerDriver(driver);
    }

    @AfterEach
    void deregister() throws SQLException {
        DriverManager.deregisterDriver(driver);
    }

    private static PoolConfig config() {
        return PoolConfig.builder().jdbcUrl(URL).minIdle(0).maxSize(1).build();
    }

    @Test
    void marksEachLeaseAroundAllElse() throws SQLException {
        try (var pool = new WellheadDataSource(config())) {
            pool.getConnection().close();
            assertThat(calls).containsExactly("begin", "end");
            calls.clear();
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SELECT 1");
            }
            assertThat(calls).containsExactly("begin", "rollback", "end");
            assertThat(pool.snapshot().counters().rolledBack()).isOne();
            assertThat(pool.snapshot().counters().opened()).isOne();
        }
    }

    @Test
    void connectionWhoseMarkFailsServesItsHolderAndLeaves() throws SQLException {
        try (var pool = new WellheadDataSource(config())) {
            beginFails = true;
            try (var connection = pool.getConnection()) {
                assertThat(connection.isValid(1)).isTrue();
            }
            beginFails = false;
            pool.getConnection().close();
            assertThat(pool.snapshot().counters().closed().get(EvictReason.FAILED_RESET))
                    .isOne();
            assertThat(pool.snapshot().counters().opened()).isEqualTo(2);
        }
    }

    @Test
    void doesNotMarkWhereTheDriverInheritsTheEmptyMethodsOrIsAProxy() throws SQLException {
        try (var connection =
                        DriverManager.getConnection(PostgresServer.shared().jdbcUrl());
                var fake = FakeDriver.create();
                var proxy = DriverManager.getConnection(fake.url())) {
            assertThat(RequestMarks.areHeardBy(connection)).isFalse();
            assertThat(RequestMarks.areHeardBy(proxy)).isFalse();
        }
    }

    private final class Marking extends PgConnection {

        Marking() throws SQLException {
            super(
                    new HostSpec[] {
                        new HostSpec("127.0.0.1", PostgresServer.shared().port())
                    },
                    login(),
                    PostgresServer.shared().jdbcUrl());
        }

        private static Properties login() {
            var login = new Properties();
            login.setProperty("user", PostgresServer.shared().user());
            login.setProperty("PGDBNAME", "postgres");
            return login;
        }

        @Override
        public void beginRequest() throws SQLException {
            calls.add("begin");
            if (beginFails) {
                throw new SQLException("mark refused");
            }
        }

        @Override
        public void endRequest() {
            calls.add("end");
        }

        @Override
        public void rollback() throws SQLException {
            calls.add("rollback");
            super.rollback();
        }
    }

    private final class MarkingDriver implements Driver {

        @Override
        public Connection connect(String url, Properties info) throws SQLException {
            return acceptsURL(url) ? new Marking() : null;
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.equals(URL);
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
            throw new SQLFeatureNotSupportedException();
        }
    }
}
