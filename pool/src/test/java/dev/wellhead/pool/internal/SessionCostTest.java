// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.TransactionEnd;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked of the driver, and what is not. */
class SessionCostTest {

    private final RecordingDriver driver = new RecordingDriver();

    private PoolEntry entry() throws SQLException {
        var entry = Entries.entry(driver.connection());
        driver.forget();
        return entry;
    }

    @Test
    void asksNothingWhenTheHolderDidNothing() throws SQLException {
        var entry = entry();
        entry.handOut().isClosed();
        driver.forget();

        assertThat(entry.session().restore(entry.lease())).isFalse();

        assertThat(driver.calls()).isEmpty();
    }

    @Test
    void aLeaseThatLeavesNothingToUndoEndsWithoutBeingPutBack() throws SQLException {
        var entry = entry();
        var session = entry.session();
        var handle = entry.handOut();
        try (var statement = handle.createStatement()) {
            statement.execute("SELECT 1");
            assertThat(session.isAsAtStart(entry.lease()))
                    .as("a statement is open")
                    .isFalse();
        }
        driver.forget();

        assertThat(session.isAsAtStart(entry.lease())).isTrue();

        assertThat(driver.names()).containsExactly("getAutoCommit", "clearWarnings");
    }

    @Test
    void whatALeaseMayHaveLeftIsPutBack() throws SQLException {
        for (var use : List.<Use>of(
                handle -> handle.setAutoCommit(false),
                handle -> handle.setSchema("other"),
                handle -> handle.setReadOnly(true),
                Connection::createStatement,
                handle -> handle.unwrap(driver.connection().getClass()),
                handle -> ((TransactionEnd) handle).reserve("the test"))) {
            var entry = entry();
            use.on(entry.handOut());

            assertThat(entry.session().isAsAtStart(entry.lease())).isFalse();
        }
        var manual = Entries.entry(
                driver.connection(),
                Entries.PLAIN,
                Entries.config().autoCommit(false).build());
        manual.handOut().getSchema();
        assertThat(manual.session().isAsAtStart(manual.lease())).isFalse();
    }

    @Test
    void aDriverThatThrowsWhenAskedIsPutBackTheFullWay() throws SQLException {
        var entry = entry();
        entry.handOut().getSchema();
        driver.failWith(new SQLException("gone", "08006"));

        assertThat(entry.session().isAsAtStart(entry.lease())).isFalse();
    }

    @Test
    void aDriverThatFailsWithAnErrorWhenAskedHoldsUpNoRelease() throws SQLException {
        DriverSupport broken = new DriverSupport() {
            @Override
            public boolean accepts(String jdbcUrl) {
                return true;
            }

            @Override
            public TransactionState transactionState(Connection physical) {
                throw new NoSuchMethodError("another version of the driver");
            }
        };
        var entry = Entries.entry(driver.connection(), broken, Entries.config().build());
        var handle = entry.handOut();
        handle.getSchema();

        handle.close();

        assertThat(entry.isActive(entry.lease())).isFalse();
    }

    private interface Use {
        void on(Connection handle) throws SQLException;
    }

    @Test
    void openingReadsOnlyWhatIsConfigured() throws SQLException {
        Entries.entry(driver.connection());
        assertThat(driver.names()).containsExactly("isReadOnly", "getAutoCommit");

        driver.forget();
        Entries.entry(
                driver.connection(),
                Entries.PLAIN,
                Entries.config().schema("second").autoCommit(false).build());
        assertThat(driver.names())
                .containsExactly("isReadOnly", "getSchema", "setSchema", "getAutoCommit", "setAutoCommit");
    }

    @Test
    void putsNothingBackThatTheHolderPutBackHimself() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        handle.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        handle.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        handle.setAutoCommit(false);
        handle.setAutoCommit(true);
        driver.forget();

        entry.session().restore(entry.lease());

        assertThat(driver.names()).noneMatch(name -> name.startsWith("set"));
    }

    @Test
    void rollsBackToBeSafeButCountsOnlyStatements() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        handle.setAutoCommit(false);
        handle.commit();
        assertThat(entry.session().restore(entry.lease())).isFalse();
        assertThat(driver.names()).doesNotContain("rollback");

        handle.setAutoCommit(false);
        // May begin a transaction in some drivers; nobody would miss it.
        handle.getSchema();
        assertThat(entry.session().restore(entry.lease())).isFalse();
        assertThat(driver.names()).contains("rollback");
    }

    @Test
    void settingsArePutBackOutsideOfAnyTransaction() throws SQLException {
        var entry = Entries.entry(
                driver.connection(),
                Entries.PLAIN,
                Entries.config().autoCommit(false).build());
        var handle = entry.handOut();
        handle.setSchema("other");
        handle.createStatement().execute("SELECT 1");
        driver.forget();

        assertThat(entry.session().restore(entry.lease())).isTrue();

        assertThat(driver.calls())
                .filteredOn(c -> c.type() == Connection.class)
                .extracting(c -> c.name() + c.arguments())
                .containsSubsequence("rollback[]", "setAutoCommit[true]", "setSchema[first]", "setAutoCommit[false]");
    }

    @Test
    void aSettingThatCannotBeReadCannotBePutBack() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        driver.failWith(new SQLException("cannot tell", "55000"));
        assertThatThrownBy(() -> handle.setNetworkTimeout(Runnable::run, 5)).hasMessage("cannot tell");
        driver.failWith(null);

        assertThatThrownBy(() -> entry.session().restore(entry.lease()))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("network timeout")
                .hasRootCauseMessage("cannot tell");
    }

    @Test
    void whatTheDriverDoesNotSupportNeedsNotBePutBack() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        driver.failWith(new SQLFeatureNotSupportedException("not supported", "0A000"));
        assertThatThrownBy(() -> handle.setNetworkTimeout(Runnable::run, 5)).hasMessage("not supported");
        driver.failWith(null);

        assertThat(entry.session().restore(entry.lease())).isFalse();
    }

    @Test
    void whatFailedHalfwayIsPutBackAllTheSame() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        handle.setSchema("second");
        handle.setSchema("first");
        driver.failWith(new SQLException("made up", "08006"));
        assertThatThrownBy(() -> handle.setSchema("second")).hasMessage("made up");
        driver.failWith(null);
        driver.forget();

        entry.session().restore(entry.lease());

        assertThat(driver.calls()).extracting(c -> c.name() + c.arguments()).contains("setSchema[first]");
    }

    @Test
    void aStatementThatWillNotCloseHindersNothing() throws SQLException {
        var entry = entry();
        var handle = entry.handOut();
        var statement = driver.make(java.sql.Statement.class);
        var stubborn = (java.sql.Statement) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {java.sql.Statement.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        throw new SQLException("will not");
                    }
                    return method.invoke(statement, arguments);
                });
        driver.answer("createStatement", stubborn);
        handle.createStatement();
        handle.setSchema("other");
        driver.forget();

        entry.session().restore(entry.lease());

        assertThat(driver.calls()).extracting(c -> c.name() + c.arguments()).contains("setSchema[first]");
    }
}
