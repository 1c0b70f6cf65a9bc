// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy between two plain sockets, so that every byte is known. */
@Timeout(60)
class FaultProxyTest {
    private ServerSocket listener;
    private FaultProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = FaultProxy.to("127.0.0.1", listener.getLocalPort());
        client = open();
        server = listener.accept();
        server.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        proxy.close();
        listener.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-" + proxy.port()));
        assertThat(proxy.live()).isZero();
    }

    @Test
    void passesBytesBothWaysAndCountsThem() throws Exception {
        send(client, "request");
        assertThat(receive(server, 7)).isEqualTo("request");
        send(server, "answer");
        assertThat(receive(client, 6)).isEqualTo("answer");
        assertThat(proxy.accepted()).isEqualTo(1);
        assertThat(proxy.live()).isEqualTo(1);
        await().untilAsserted(() -> {
            assertThat(proxy.forwardedBytes(Direction.TO_SERVER)).isEqualTo(7);
            assertThat(proxy.forwardedBytes(Direction.TO_CLIENT)).isEqualTo(6);
        });
    }

    @Test
    void passesAHalfCloseOnAndEndsWhenBothSidesHaveClosed() throws Exception {
        client.shutdownOutput();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        send(server, "late");
        assertThat(receive(client, 4)).isEqualTo("late");
        server.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        await().until(() -> proxy.live() == 0);
    }

    @Test
    void passesAResetOn() throws Exception {
        client.setSoLinger(true, 0);
        client.close();
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void latencyMakesEachWayLateWithoutCostingThroughput() throws Exception {
        proxy.existing().latency(Duration.ofMillis(200));
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            send(client, "x");
        }
        assertThat(receive(server, 20)).hasSize(20);
        send(server, "y");
        receive(client, 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(400), Duration.ofMillis(2_000));
        proxy.existing().clear().latency(Direction.TO_CLIENT, Duration.ofMillis(300));
        long again = System.nanoTime();
        send(client, "x");
        receive(server, 1);
        send(server, "y");
        receive(client, 1);
        assertThat(Duration.ofNanos(System.nanoTime() - again))
                .isBetween(Duration.ofMillis(300), Duration.ofMillis(550));
    }

    @Test
    void bandwidthLimitsTheRate() throws Exception {
        proxy.existing().bandwidth(Direction.TO_SERVER, 100_000);
        long start = System.nanoTime();
        send(client, "z".repeat(50_000));
        receive(server, 50_000);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(400), Duration.ofMillis(1_500));
    }

    @Test
    void stallHoldsAndClearLetsPass() throws Exception {
        proxy.existing().stall(Direction.TO_SERVER);
        send(client, "held");
        assertSilent(server);
        send(server, "free");
        assertThat(receive(client, 4)).isEqualTo("free");
        proxy.existing().clear();
        assertThat(receive(server, 4)).isEqualTo("held");
    }

    @Test
    void blackHoleSwallowsBytesAndTheCloseAndLeavesTheSocketsOpen() throws Exception {
        proxy.existing().blackHole();
        send(client, "lost");
        await().until(() -> proxy.swallowedBytes(Direction.TO_SERVER) == 4);
        client.close();
        assertSilent(server);
        assertThat(proxy.live()).isEqualTo(1);
        proxy.existing().clear();
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void clearedBlackHoleGoesOnWithoutTheLostBytes() throws Exception {
        proxy.existing().blackHole();
        send(client, "lost");
        await().until(() -> proxy.swallowedBytes(Direction.TO_SERVER) == 4);
        proxy.existing().clear();
        send(client, "kept");
        assertThat(receive(server, 4)).isEqualTo("kept");
    }

    @Test
    void faultsOfExistingAndFutureConnectionsAreApart() throws Exception {
        proxy.future().blackHole();
        try (Socket next = open()) {
            send(next, "lost");
            await().until(() -> proxy.swallowedBytes(Direction.TO_SERVER) == 4);
            send(client, "fine");
            assertThat(receive(server, 4)).isEqualTo("fine");
            proxy.future().clear();
            proxy.existing().blackHole();
            assertSilent(next);
            proxy.existing().clear();
            assertThatThrownBy(() -> next.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        try (Socket next = open();
                Socket accepted = listener.accept()) {
            send(next, "new");
            assertThat(receive(accepted, 3)).isEqualTo("new");
        }
    }

    @Test
    void resetIsAnRstOnBothSides() throws Exception {
        proxy.existing().reset();
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        assertThatThrownBy(() -> server.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        await().until(() -> proxy.live() == 0);
        proxy.future().reset();
        try (Socket next = open()) {
            assertThatThrownBy(() -> next.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void closeIsAFinOnBothSides() throws Exception {
        send(client, "before");
        receive(server, 6);
        proxy.existing().close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        proxy.future().close();
        try (Socket next = open()) {
            assertThat(next.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void cutsAfterSoManyBytes() throws Exception {
        proxy.existing().cutAfter(Direction.TO_SERVER, 10, Cut.CLOSE);
        send(client, "0123");
        receive(server, 4);
        send(client, "456789abc");
        assertThat(receive(server, 6)).isEqualTo("456789");
        assertThat(server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void cutsBeforeASequenceThatComesInPieces() throws Exception {
        proxy.existing().cutBefore(Direction.TO_SERVER, "COMMIT", Cut.CLOSE);
        send(client, "insert;COM");
        assertThat(receive(server, 10)).isEqualTo("insert;COM");
        send(client, "MIT;more");
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        assertThat(proxy.forwardedBytes(Direction.TO_SERVER)).isEqualTo(10);
    }

    @Test
    void cutIntoABlackHoleLeavesBothSidesWaiting() throws Exception {
        proxy.existing().cutBefore(Direction.TO_CLIENT, "OK", Cut.BLACK_HOLE);
        send(server, "aOK");
        assertThat(receive(client, 1)).isEqualTo("a");
        assertSilent(client);
        send(client, "lost");
        assertSilent(server);
    }

    @Test
    void goesOnWhenTheBlackHoleOfACutIsCleared() throws Exception {
        proxy.existing().cutBefore(Direction.TO_CLIENT, "OK", Cut.BLACK_HOLE);
        send(server, "aOK");
        assertThat(receive(client, 1)).isEqualTo("a");
        send(server, "lost");
        await().until(() -> proxy.swallowedBytes(Direction.TO_CLIENT) == 4);
        proxy.existing().clear();
        send(server, "more");
        assertThat(receive(client, 4)).isEqualTo("more");
    }

    @Test
    void refusesAndListensAgainOnTheSamePortWhileConnectionsLive() throws Exception {
        int port = proxy.port();
        proxy.refuse();
        assertThatThrownBy(this::open).isInstanceOf(ConnectException.class);
        send(client, "alive");
        assertThat(receive(server, 5)).isEqualTo("alive");
        proxy.listen();
        assertThat(proxy.port()).isEqualTo(port);
        try (Socket next = open();
                Socket accepted = listener.accept()) {
            send(next, "x");
            assertThat(receive(accepted, 1)).isEqualTo("x");
        }
    }

    @Test
    void closeEndsItselfUnderEveryFault() throws Exception {
        proxy.all().stall().latency(Duration.ofHours(1)).bandwidth(1);
        // More than the queue and the buffers of the sockets hold: reader and writer are both stuck.
        client.setSoTimeout(100);
        Thread writer = new Thread(() -> {
            try {
                send(client, "w".repeat(20_000_000));
            } catch (IOException e) {
                // The proxy was closed under it: the end that this test waits for.
            }
        });
        writer.start();
        try (Socket next = open();
                Socket accepted = listener.accept()) {
            send(next, "x");
            assertSilent(accepted);
            proxy.close();
        }
        writer.join(10_000);
        assertThat(writer.isAlive()).isFalse();
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> proxy.all().cutAfter(Direction.TO_SERVER, 0, Cut.RESET))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.all().cutBefore(Direction.TO_SERVER, "", Cut.RESET))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.all().bandwidth(-1)).isInstanceOf(IllegalArgumentException.class);
        proxy.close();
        assertThatThrownBy(() -> proxy.listen()).isInstanceOf(IllegalStateException.class);
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(Socket socket, int length) throws IOException {
        InputStream in = socket.getInputStream();
        return new String(Arrays.copyOf(in.readNBytes(length), length), StandardCharsets.US_ASCII);
    }

    private static void assertSilent(Socket socket) throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(150);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(before);
    }
}
