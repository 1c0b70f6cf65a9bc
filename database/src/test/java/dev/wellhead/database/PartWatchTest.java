// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Shows readings, for as long as it works. */
    private static final class Cache implements HealthPart {
        private volatile boolean works = true;
        private volatile Map<String, Double> readings = Map.of();

        @Override
        public String name() {
            return "cache";
        }

        @Override
        public void check() throws IOException {
            if (!works) {
                throw new IOException("no cache");
            }
        }

        @Override
        public Map<String, Double> readings() {
            return readings;
        }
    }

    @Test
    void readingsAreThoseOfTheLastCheckThatSucceeded() {
        var cache = new Cache();
        cache.readings = Map.of("entries", 7.0, "b\nad", 1.0, "ratio", Double.NaN);
        var watch = new PartWatch(cache, PAUSE);
        await().until(() -> watch.report().healthy());
        assertThat(watch.report().readings()).isEqualTo(Map.of("entries", 7.0));

        cache.works = false;
        await().until(() -> !watch.report().healthy());
        assertThat(watch.report().readings()).isEmpty();
        assertThat(watch.report().isChecked()).isTrue();

        var many = new HashMap<String, Double>();
        for (int i = 100; i < 200; i++) {
            many.put("r" + i, 1.0);
        }
        cache.readings = many;
        cache.works = true;
        await().until(() -> watch.report().healthy());
        assertThat(watch.report().readings()).hasSize(HealthPart.MOST_READINGS).containsKeys("r100", "r131");
        watch.close();
    }

    @Test
    void refusesAlertsThatNobodyCouldTellApart() {
        var full = alert("CACHE_FULL", 0.9, Duration.ZERO);
        var part = new HealthPart() {
            @Override
            public String name() {
                return "cache";
            }

            @Override
            public void check() {}

            @Override
            public List<PartAlert> alerts() {
                return List.of(full, full);
            }
        };
        assertThatThrownBy(() -> new PartWatch(part, PAUSE))
                .hasMessage("alerts of health part cache: must be at most 32, each with a name of its own");
        for (var name : List.of("", "cache full", "9", "PART_UNHEALTHY", "A".repeat(65))) {
            assertThatThrownBy(() -> alert(name, 0.9, Duration.ZERO))
                    .hasMessageStartingWith("name of an alert: must be capitals");
        }
        assertThatThrownBy(() -> alert("CACHE_FULL", 0.5, Duration.ZERO))
                .hasMessage("CACHE_FULL: clearAt=0.8 must not be greater than threshold=0.5; use the same for both,"
                        + " or a lower one");
        assertThatThrownBy(() -> alert("CACHE_FULL", 0.9, Duration.ofSeconds(-1)))
                .hasMessage("CACHE_FULL: hold=PT-1S: must not be negative; use 0 for at once");
    }

    private static PartAlert alert(String name, double threshold, Duration hold) {
        return new PartAlert(name, "fill", Severity.WARNING, threshold, 0.8, hold, "", "It is nearly full.");
    }

    @Test
    void refusesNamesAndLimits() {
        Work none = () -> {};
        var builder = DatabaseManager.builder()
                .part(new Doing("store", Duration.ofSeconds(1), none))
                .part(new Doing("store", Duration.ofSeconds(1), none));
        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("health part store: there is a part, resource or database of that name; rename one");
        assertThatThrownBy(() -> new PartWatch(new Doing("a b", Duration.ofSeconds(1), none), PAUSE))
                .hasMessageContaining("must be 1 to 64 letters, digits");
        assertThatThrownBy(() -> new PartWatch(new Doing("ab", Duration.ZERO, none), PAUSE))
                .hasMessageContaining("limit of health part ab: must be longer than zero");
    }
}
