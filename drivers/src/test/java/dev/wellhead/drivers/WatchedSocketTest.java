// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.spi.DriverSupport.Liveness;
import dev.wellhead.testkit.OwnThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchedSocketTest {

    private final Random random = new Random(42);
    private final ServerSocket server = listen();
    private WatchedSocket socket;
    private Socket peer;

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void connect() throws IOException {
        socket = new WatchedSocket();
        socket.connect(server.getLocalSocketAddress(), 5_000);
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        peer.close();
        server.close();
    }

    private CompletableFuture<Integer> readApart() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return socket.getInputStream().read();
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
    }

    private void awaitLook(Liveness wanted) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> socket.look() == wanted);
    }

    @Test
    void silenceIsNoSign() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(socket.look()).isEqualTo(Liveness.ALIVE_OR_UNKNOWN);
        }
    }

    @Test
    void endOfStreamIsDeath() throws IOException {
        peer.close();
        awaitLook(Liveness.DEAD);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void resetIsDeath() throws IOException {
        peer.setSoLinger(true, 0);
        peer.close();
        awaitLook(Liveness.DEAD);
    }

    @Test
    void errorOfTheServersIsDeathAndCanStillBeRead() throws IOException {
        peer.getOutputStream().write("E and the rest".getBytes(StandardCharsets.US_ASCII));
        awaitLook(Liveness.DEAD);
        assertThat(socket.look()).isEqualTo(Liveness.DEAD);
        assertThat(new String(socket.getInputStream().readNBytes(14), StandardCharsets.US_ASCII))
                .isEqualTo("E and the rest");
    }

    @Test
    void whatWasLookedAtIsReadAgainWhatever() throws IOException {
        for (int value : new int[] {0, 1, 'N', 127, 128, 255}) {
            peer.getOutputStream().write(new byte[] {(byte) value, 7});
            awaitLook(Liveness.PENDING);
            assertThat(socket.look()).isEqualTo(Liveness.PENDING);
            assertThat(socket.getInputStream().available()).isEqualTo(2);
            assertThat(socket.getInputStream().read()).isEqualTo(value);
            assertThat(socket.getInputStream().read()).isEqualTo(7);
            assertThat(socket.look()).isEqualTo(Liveness.ALIVE_OR_UNKNOWN);
        }
    }

    @Test
    void bytesPassInOrderWhateverThePiecesAndTheLooks() throws Exception {
        var sent = new byte[3_000_000];
        random.nextBytes(sent);
        // What comes in is sent back; both directions fill up, so that writing has to wait.
        var echo = CompletableFuture.runAsync(
                () -> {
                    try {
                        peer.getInputStream().transferTo(peer.getOutputStream());
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
        var writer = CompletableFuture.runAsync(
                () -> {
                    try {
                        int at = 0;
                        while (at < sent.length) {
                            int count = Math.min(sent.length - at, 1 + at % 300_000);
                            socket.getOutputStream().write(sent, at, count);
                            at += count;
                        }
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
        var got = new byte[sent.length];
        int at = 0;
        while (at < got.length) {
            if (random.nextInt(3) == 0) {
                socket.look();
            }
            int count = socket.getInputStream().read(got, at, Math.min(got.length - at, 1 + random.nextInt(200_000)));
            assertThat(count).isPositive();
            at += count;
        }
        writer.join();
        assertThat(got).isEqualTo(sent);
        socket.shutdownOutput();
        echo.join();
    }

    @Test
    void readLimitIsKept() throws IOException {
        socket.setSoTimeout(80);
        long began = System.nanoTime();
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(79), Duration.ofMillis(500));
        peer.getOutputStream().write(5);
        assertThat(socket.getInputStream().read()).isEqualTo(5);
    }

    @Test
    void interruptNeitherEndsAReadNorIsLost() throws Exception {
        var reader = new AtomicReference<Thread>();
        var read = CompletableFuture.supplyAsync(
                () -> {
                    reader.set(Thread.currentThread());
                    try {
                        int value = socket.getInputStream().read();
                        return value == 9 && Thread.interrupted();
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
        await().until(() -> reader.get() != null && reader.get().getState() == Thread.State.RUNNABLE);
        reader.get().interrupt();
        assertThat(socket.look()).isIn(Liveness.PENDING, Liveness.ALIVE_OR_UNKNOWN);
        peer.getOutputStream().write(9);
        assertThat(read.join()).isTrue();
    }

    @Test
    void closeEndsAReadOfAnotherThread() throws Exception {
        var read = readApart();
        await().pollDelay(Duration.ofMillis(50)).until(() -> !read.isDone());
        socket.close();
        assertThatThrownBy(read::join).hasCauseInstanceOf(SocketException.class);
        assertThat(socket.look()).isEqualTo(Liveness.DEAD);
    }

    @Test
    void closeEndsAWriteOfAnotherThread() throws Exception {
        var write = CompletableFuture.runAsync(
                () -> {
                    try {
                        while (true) {
                            socket.getOutputStream().write(new byte[1_000_000]);
                        }
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                OwnThread.EACH);
        await().pollDelay(Duration.ofMillis(200)).until(() -> !write.isDone());
        socket.close();
        assertThatThrownBy(write::join).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void lookDoesNotWaitForAReader() throws Exception {
        var read = readApart();
        await().until(() -> socket.look() == Liveness.PENDING);
        peer.getOutputStream().write(3);
        assertThat(read.join()).isEqualTo(3);
    }

    @Test
    void connectThatFailsLeavesNothingOpen() throws IOException {
        int port;
        try (var gone = listen()) {
            port = gone.getLocalPort();
        }
        var refused = new WatchedSocket();
        assertThatThrownBy(() -> refused.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000))
                .isInstanceOf(IOException.class);
        assertThat(refused.isClosed()).isTrue();
    }

    @Test
    void factoryIsOfNoUseOutsideOfAConnectOfThePool() {
        assertThatThrownBy(() -> new WatchedSocketFactory(new Properties()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is for the pool alone");
    }
}
