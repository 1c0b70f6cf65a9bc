// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Parts that do real work over a socket: down, hanging, slow, throwing. */
class PartWatchTest {

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    /** What PostgreSQL answers with one byte, whoever asks: whether it speaks TLS. */
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f};

    private record Asking(String name, int port, Duration limit) implements HealthPart {
        @Override
        public void check() throws IOException {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
                socket.setSoTimeout(2_000);
                socket.getOutputStream().write(SSL_REQUEST);
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("hung up");
                }
            }
        }
    }

    private record Doing(String name, Duration limit, Work work) implements HealthPart {
        @Override
        public void check() throws Exception {
            work.run();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void partThatIsDownOrHangsIsOutAndComesBack() {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            var watch = new PartWatch(new Asking("store", proxy.port(), Duration.ofMillis(300)), PAUSE);
            await().until(() -> watch.report().healthy());
            assertThat(watch.report().error()).isEmpty();
            assertThat(watch.report().latency()).isPositive();

            proxy.refuse();
            await().until(() -> !watch.report().healthy());
            assertThat(watch.report().error())
                    .hasValueSatisfying(text -> assertThat(text).contains("Exception"));
            proxy.listen();
            await().until(() -> watch.report().healthy());

            proxy.all().stall();
            await().until(() -> !watch.report().healthy());
            assertThat(watch.report().error()).contains("no answer within 300 ms");
            assertThat(watch.report().latency()).isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
            watch.close();
        }
    }

    @Test
    void partThatThrowsAnythingIsOutWithItsTextMasked() {
        var watch = new PartWatch(
                new Doing("store", Duration.ofSeconds(1), () -> {
                    throw new NoClassDefFoundError("at postgresql://app:canary@h/d");
                }),
                PAUSE);
        await().until(() -> watch.report().error().orElse("").startsWith("NoClassDefFoundError"));
        assertThat(watch.report().toString()).doesNotContain("canary");
        assertThat(watch.report().healthy()).isFalse();
        watch.close();
    }

    @Test
    void partThatHeedsNothingHoldsOneThreadAndDelaysNoOther() {
        var end = new CountDownLatch(1);
        var began = new AtomicInteger();
        var deaf = new PartWatch(
                new Doing("deaf", Duration.ofMillis(100), () -> {
                    began.incrementAndGet();
                    while (end.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                }),
                PAUSE);
        var checks = new AtomicInteger();
        var other = new PartWatch(new Doing("other", Duration.ofSeconds(1), checks::incrementAndGet), PAUSE);
        await().until(() -> deaf.report().error().orElse("").startsWith("no answer"));
        int before = checks.get();
        await().until(() -> checks.get() > before + 10);
        assertThat(other.report().healthy()).isTrue();
        assertThat(began).hasValue(1);

        end.countDown();
        await().until(() -> deaf.report().healthy());
        deaf.close();
        other.close();
    }

    @Test
    void managerShowsItsPartsAndChecksNoMoreAfterItsEnd() {
        var checks = new AtomicInteger();
        var part = new Doing("store", Duration.ofSeconds(1), checks::incrementAndGet);
        var manager = DatabaseManager.builder().part(part).open();
        await().until(() -> manager.parts().get(0).healthy());
        assertThat(manager.parts()).extracting(PartReport::name).containsExactly("store");
        manager.close();
        assertThat(checks).hasValue(1);
    }

    @Test
    void refusesNamesAndLimits() {
        Work none = () -> {};
        var builder = DatabaseManager.builder()
                .part(new Doing("store", Duration.ofSeconds(1), none))
                .part(new Doing("store", Duration.ofSeconds(1), none));
        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("health part store: there is a part or a database of that name; rename one");
        assertThatThrownBy(() -> new PartWatch(new Doing("a b", Duration.ofSeconds(1), none), PAUSE))
                .hasMessageContaining("must be 1 to 64 letters, digits");
        assertThatThrownBy(() -> new PartWatch(new Doing("ab", Duration.ZERO, none), PAUSE))
                .hasMessageContaining("limit of health part ab: must be longer than zero");
    }
}
