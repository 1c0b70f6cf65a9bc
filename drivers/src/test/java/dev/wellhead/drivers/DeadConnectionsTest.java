// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections whose end the server has closed, a moment after they were used: nobody gets one. */
class DeadConnectionsTest {

    /** Longer than a tick, and far less than what is validated for its age. */
    private static final Duration IDLE = Duration.ofMillis(50);

    private static PoolConfig.Builder config(String url) {
        return PoolConfig.builder()
                .jdbcUrl(url)
                .minIdle(0)
                .maxSize(5)
                .acquireTimeout(Duration.ofSeconds(15))
                .keepaliveInterval(Duration.ZERO)
                // Only what can be seen without a round trip protects the callers here.
                .validateAfterIdle(Duration.ofMinutes(10));
    }

    private static void useAll(WellheadDataSource pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.getConnection());
        }
        for (var connection : held) {
            pid(connection);
        }
        for (var connection : held) {
            connection.close();
        }
    }

    private static long pid(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void idle() {
        await().pollDelay(IDLE).until(() -> true);
    }

    private static void endSessions(PostgresServer server) throws SQLException {
        server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                + " WHERE backend_type = 'client backend' AND application_name <> 'testkit'");
    }

    private static void assertNobodyPays(WellheadDataSource pool) throws SQLException {
        for (int i = 0; i < 20; i++) {
            try (var connection = pool.getConnection()) {
                assertThat(pid(connection)).isPositive();
            }
        }
        assertThat(pool.snapshot().counters().errors()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void endedByAnAdministrator(int connections) throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            for (int round = 0; round < 3; round++) {
                useAll(pool, connections);
                idle();
                endSessions(server);
                assertNobodyPays(pool);
            }
        }
    }

    @Test
    void killedWithTheWholeServerThatIsThenStartedAgain() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            useAll(pool, 5);
            idle();
            server.kill();
            server.restart();
            assertNobodyPays(pool);
        }
    }

    @Test
    void stoppedWithTheServerThatIsThenStartedAgain() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            useAll(pool, 5);
            idle();
            server.restart();
            assertNobodyPays(pool);
        }
    }

    @Test
    void killedAlone() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            useAll(pool, 3);
            idle();
            // The server ends all other sessions then, and recovers.
            server.killBackend(server.backendPids().get(0));
            await().ignoreExceptions().until(() -> server.backendPids().isEmpty());
            assertNobodyPays(pool);
        }
    }

    @Test
    void endedUnderTls(@TempDir Path folder) throws Exception {
        var certificate = TestCertificate.create(folder, "server", "ip:127.0.0.1");
        try (var server = PostgresServer.builder().tls(certificate).start();
                var pool = new WellheadDataSource(
                        config(server.jdbcUrl() + "&sslmode=verify-full&sslrootcert=" + certificate.certificate())
                                .build())) {
            useAll(pool, 5);
            idle();
            endSessions(server);
            assertNobodyPays(pool);

            useAll(pool, 5);
            idle();
            server.kill();
            server.restart();
            assertNobodyPays(pool);
        }
    }

    @Test
    void noticesAndSettingsThatArriveUnaskedDoNotEndAConnection() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(
                        config(server.jdbcUrl()).maxSize(1).build())) {
            long pid;
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                pid = pid(connection);
                statement.execute("LISTEN news");
            }
            for (int i = 0; i < 5; i++) {
                idle();
                server.execute("NOTIFY news, 'x'");
                server.execute("ALTER SYSTEM SET datestyle = '" + (i % 2 == 0 ? "german" : "iso") + "'");
                server.execute("SELECT pg_reload_conf()");
                idle();
                try (var connection = pool.getConnection()) {
                    assertThat(pid(connection)).isEqualTo(pid);
                }
            }
            assertThat(pool.snapshot().counters().validated()).isPositive();
        }
    }

    @Test
    void socketFactoryOfTheUsersStands() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl())
                        .driverProperty("socketFactory", Ordinary.class.getName())
                        .build())) {
            useAll(pool, 2);
            assertThat(Ordinary.made).isNotEmpty().allMatch(socket -> socket.getClass() == Socket.class);
        }
    }

    /** Made by pgjdbc. */
    public static final class Ordinary extends SocketFactory {
        private static final List<Socket> made = new CopyOnWriteArrayList<>();

        /** Called by pgjdbc. */
        public Ordinary() {}

        @Override
        public Socket createSocket() {
            var socket = new Socket();
            made.add(socket);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return new Socket(host, port, local, localPort);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return new Socket(host, port, local, localPort);
        }
    }

    // Servers that take no writes.

    @Test
    void connectionsToAStandbyAreLeftForFreshOnes() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            server.execute("CREATE TABLE t (id int)");
            server.stop();
            Files.createFile(server.dataFolder().resolve("standby.signal"));
            server.restart();
            await().until(() ->
                    "t".equals(server.execute("SELECT pg_is_in_recovery()").get(0)));
            useAll(pool, 4);
            assertWriteRefused(pool);
            // The others say by themselves, when asked, that they lead to a standby too.
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.READ_ONLY) >= 4);

            server.execute("SELECT pg_promote()");
            await().until(() ->
                    "f".equals(server.execute("SELECT pg_is_in_recovery()").get(0)));
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                assertThat(statement.executeUpdate("INSERT INTO t VALUES (1)")).isEqualTo(1);
            }
        }
    }

    @Test
    void readOnlyTransactionBegunBySqlOnAPrimaryIsNoSign() throws Exception {
        try (var server = PostgresServer.start();
                var pool = new WellheadDataSource(config(server.jdbcUrl()).build())) {
            server.execute("CREATE TABLE t (id int)");
            for (int i = 0; i < 5; i++) {
                try (var connection = pool.getConnection();
                        var statement = connection.createStatement()) {
                    statement.execute("BEGIN READ ONLY");
                    assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getSQLState()).isEqualTo("25006"));
                }
            }
            assertThat(pool.snapshot().counters().closedTotal()).isZero();
            assertThat(pool.snapshot().counters().opened()).isEqualTo(1);
        }
    }

    private static void assertWriteRefused(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
    }
}
