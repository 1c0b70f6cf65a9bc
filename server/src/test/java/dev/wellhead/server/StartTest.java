// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StartTest {

    private static DatabaseManager manager;

    @BeforeAll
    static void open() {
        manager = Databases.open(
                Databases.config("default", PostgresServer.shared().jdbcUrl()));
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void portZeroTakesAFreePort() throws Exception {
        try (var one = Databases.serve(manager);
                var two = Databases.serve(manager)) {
            assertThat(one.port()).isPositive().isNotEqualTo(two.port());
            assertThat(one.uri()).hasToString("http://127.0.0.1:" + one.port());
            assertThat(new Http(two).status("/health/live")).isEqualTo(200);
        }
    }

    @Test
    void takenPortIsNamedWithTheMend() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> start("127.0.0.1", port))
                    .isInstanceOfSatisfying(PortInUseException.class, error -> {
                        assertThat(error.port()).isEqualTo(port);
                        assertThat(error.bind()).isEqualTo("127.0.0.1");
                    })
                    .hasMessageStartingWith("The HTTP port is in use: bind=127.0.0.1 port=" + port + ".")
                    .hasMessageContaining("--port")
                    .hasMessageContaining("PORT");
        }
        assertNoThreadsLeft();
    }

    @Test
    void addressOfAnotherMachineIsNamedWithTheMend() {
        assertThatThrownBy(() -> start("192.0.2.1", 0))
                .isInstanceOf(BindFailedException.class)
                .hasMessageStartingWith("The HTTP server cannot listen: bind=192.0.2.1 port=0")
                .hasMessageContaining("--bind");
    }

    @Test
    void unknownHostIsNamedWithTheMend() {
        assertThatThrownBy(() -> start("no-such-host.invalid", 0))
                .isInstanceOf(BindFailedException.class)
                .hasMessageContaining("bind=no-such-host.invalid")
                .hasMessageContaining("--bind");
    }

    @Test
    void portCanBeTakenAgainAfterClose() throws Exception {
        int port;
        try (var first = Databases.serve(manager)) {
            port = first.port();
            assertThat(new Http(first).status("/health/ready")).isEqualTo(200);
        }
        try (var second = start("127.0.0.1", port)) {
            assertThat(new Http(second).status("/health/live")).isEqualTo(200);
        }
        assertNoThreadsLeft();
    }

    @Test
    void connectionsPastTheLimitWaitForOneToEnd() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (var server = Databases.serve(manager)) {
            for (int connection = 0; connection < HttpListener.MAX_CONNECTIONS; connection++) {
                open.add(connect(server));
                assertThat(answered(open.get(connection), 5_000)).isTrue();
            }
            try (var late = connect(server)) {
                assertThat(answered(late, 200)).isFalse();

                for (var socket : open) {
                    socket.close();
                }

                assertThat(statusLine(late, 10_000)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void silentConnectionsDoNotLockOutTheOthers() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (var server = Databases.serve(manager)) {
            for (int connection = 0; connection < HttpListener.MAX_CONNECTIONS; connection++) {
                silent.add(connect(server));
            }
            try (var late = connect(server)) {
                assertThat(answered(late, 10_000)).isTrue();
            }
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
    }

    private static Socket connect(WellheadServer server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static boolean answered(Socket socket, int limitMillis) throws IOException {
        socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
        try {
            return statusLine(socket, limitMillis).startsWith("HTTP/1.1 200");
        } catch (SocketTimeoutException unanswered) {
            return false;
        }
    }

    private static String statusLine(Socket socket, int limitMillis) throws IOException {
        socket.setSoTimeout(limitMillis);
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII);
    }

    @Test
    void closingTwiceDoesNothing() {
        var server = Databases.serve(manager);
        server.close();
        server.close();
        assertNoThreadsLeft();
    }

    private static WellheadServer start(String bind, int port) {
        return WellheadServer.start(manager, new ServerConfig(bind, port, Duration.ofSeconds(1)), "local");
    }

    private static void assertNoThreadsLeft() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(name -> name.startsWith("wellhead-http")));
    }
}
