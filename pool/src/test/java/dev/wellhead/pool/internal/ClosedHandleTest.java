// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A handle that is closed never reaches the driver again. */
class ClosedHandleTest {

    private static final Map<Class<?>, String> SAYS = Map.of(
            Connection.class, "connection handle is closed",
            Statement.class, "statement handle is closed",
            PreparedStatement.class, "prepared statement handle is closed",
            CallableStatement.class, "callable statement handle is closed",
            ResultSet.class, "result set handle is closed",
            DatabaseMetaData.class, "database metadata handle is closed");

    /** What JDBC defines for a closed object. */
    private static final Map<String, Object> ANSWERS = Map.of("isClosed", true, "isValid", false);

    private static final List<String> NO_OPERATION = List.of("close", "abort");

    private interface Ending {
        void end(Handed handed) throws SQLException;
    }

    private static Stream<DynamicTest> eachMethod(List<Class<?>> interfaces, Ending ending) {
        return Handed.eachMethod(
                interfaces, (iface, m) -> m.getExceptionTypes().length > 0, (handed, iface, method) -> {
                    ending.end(handed);
                    handed.driver().forget();
                    checkDead(iface, handed.all().get(iface), method);
                    assertThat(handed.driver().calls()).isEmpty();
                });
    }

    private static void checkDead(Class<?> iface, Object handle, Method method) throws Throwable {
        if (ANSWERS.containsKey(method.getName())) {
            assertThat(Handed.call(handle, method)).isEqualTo(ANSWERS.get(method.getName()));
            return;
        }
        if (NO_OPERATION.contains(method.getName())) {
            Handed.call(handle, method);
            return;
        }
        assertThatThrownBy(() -> Handed.call(handle, method)).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getSQLState()).isEqualTo("08003");
            assertThat(e.getMessage()).startsWith(SAYS.get(iface));
        });
    }

    @TestFactory
    Stream<DynamicTest> allEndWithTheirConnection() {
        return eachMethod(Handed.INTERFACES, handed -> handed.connection().close());
    }

    @TestFactory
    Stream<DynamicTest> allEndWithAnAbortedConnection() {
        return eachMethod(Handed.INTERFACES, handed -> handed.connection().abort(Runnable::run));
    }

    @TestFactory
    Stream<DynamicTest> resultSetEndsWithItsStatement() {
        return eachMethod(
                List.of(Statement.class, ResultSet.class),
                handed -> ((Statement) handed.all().get(Statement.class)).close());
    }

    @TestFactory
    Stream<DynamicTest> resultSetEndsByItself() {
        return eachMethod(
                List.of(ResultSet.class), handed -> ((ResultSet) handed.all().get(ResultSet.class)).close());
    }

    @TestFactory
    Stream<DynamicTest> preparedStatementsEndByThemselves() {
        return eachMethod(List.of(PreparedStatement.class, CallableStatement.class), handed -> {
            ((Statement) handed.all().get(PreparedStatement.class)).close();
            ((Statement) handed.all().get(CallableStatement.class)).close();
        });
    }

    @Test
    void staleHandlesNeverReachTheNextHoldersConnection() throws SQLException {
        var handed = Handed.make();
        handed.connection().close();
        handed.entry().session().restore(handed.entry().lease());
        var next = handed.entry().handOut();
        handed.driver().forget();

        var stale = (Statement) handed.all().get(Statement.class);
        assertThatThrownBy(() -> stale.execute("DELETE FROM t"))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("given back to the pool");
        stale.close();
        ((ResultSet) handed.all().get(ResultSet.class)).close();
        handed.connection().close();

        assertThat(handed.driver().calls()).isEmpty();
        assertThat(next.isClosed()).isFalse();
    }

    /** Both threads spin on the next handle, so that they end it within nanoseconds of each other. */
    @Test
    void endsOnceThoughTwoThreadsEndIt() throws Exception {
        var rounds = 5_000;
        var handed = Handed.make();
        var next = new AtomicReference<Connection>();
        var ended = new AtomicInteger();
        var other = new Thread(() -> {
            for (var round = 0; round < rounds; round++) {
                endNext(next, ended, round);
            }
        });
        var connection = handed.connection();
        other.setDaemon(true);
        other.start();
        for (var round = 0; round < rounds; round++) {
            next.set(connection);
            connection.abort(Runnable::run);
            while (ended.get() <= round && other.isAlive()) {
                Thread.onSpinWait();
            }
            assertThat(handed.driver().names()).filteredOn("abort"::equals).hasSize(1);
            handed.driver().forget();
            connection = Entries.entry(handed.driver().connection()).handOut();
        }
        other.join();
    }

    private static void endNext(AtomicReference<Connection> next, AtomicInteger ended, int round) {
        Connection connection;
        while ((connection = next.getAndSet(null)) == null) {
            Thread.onSpinWait();
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw new AssertionError("round " + round, e);
        }
        ended.incrementAndGet();
    }

    @Test
    void closeAfterAbortAndAbortAfterCloseDoNothing() throws SQLException {
        var aborted = Handed.make();
        aborted.connection().abort(Runnable::run);
        aborted.driver().forget();
        aborted.connection().close();
        assertThat(aborted.driver().calls()).isEmpty();

        var closed = Handed.make();
        closed.connection().close();
        closed.driver().forget();
        closed.connection().abort(Runnable::run);
        assertThat(closed.driver().calls()).isEmpty();
    }

    @Test
    void identityAndTextSurviveTheEnd() throws SQLException {
        var handed = Handed.make();
        var open = new HashSet<>(handed.all().values());
        handed.connection().close();

        assertThat(open).containsExactlyInAnyOrderElementsOf(handed.all().values());
        assertThat(handed.all().values())
                .allSatisfy(
                        h -> assertThat(h).hasToString(h.toString()).asString().endsWith("(closed)"));
    }
}
