// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wellhead.database.Severity;
import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Webhooks over a real HTTP server that is well, down, slow, or answers 500. */
class AlertSinksTest {

    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Got(String path, String body, @Nullable String signature) {}

    private final List<Got> got = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = listen(0);
    }

    private HttpServer listen(int port) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        made.setExecutor(threads);
        made.createContext("/", this::answer);
        made.start();
        return made;
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (!fails) {
            got.add(new Got(
                    exchange.getRequestURI().getPath(),
                    body,
                    exchange.getRequestHeaders().getFirst("Wellhead-Signature")));
        }
        exchange.sendResponseHeaders(fails ? 500 : 204, -1);
        exchange.close();
    }

    @AfterEach
    void stop() {
        gate.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private static Alert alert(AlertState state) {
        return new Alert(
                "HIGH_POOL_USAGE",
                "orders <b>",
                Severity.WARNING,
                state,
                0.85,
                0.8,
                "",
                "Look \"who\" holds them.",
                AT,
                Optional.of(AT.plusSeconds(10)),
                state == AlertState.RESOLVED ? Optional.of(AT.plusSeconds(60)) : Optional.empty());
    }

    @Test
    void webhookHasCurrentAndThresholdAndIsSigned() throws Exception {
        try (var sink = new WebhookSink(address(), WebhookSink.Form.GENERIC, Secret.of("a key of theirs"), 10)) {
            sink.tell(alert(AlertState.FIRING));
            sink.tell(alert(AlertState.RESOLVED));
            await().until(() -> got.size() == 2);

            var first = JSON.readTree(got.get(0).body());
            assertThat(first.path("alert").asText()).isEqualTo("HIGH_POOL_USAGE");
            assertThat(first.path("database").asText()).isEqualTo("orders <b>");
            assertThat(first.path("state").asText()).isEqualTo("firing");
            assertThat(first.path("current").asDouble()).isEqualTo(0.85);
            assertThat(first.path("threshold").asDouble()).isEqualTo(0.8);
            assertThat(first.path("summary").asText()).isEqualTo("Look \"who\" holds them.");
            assertThat(first.has("resolvedAt")).isFalse();
            assertThat(JSON.readTree(got.get(1).body()).path("resolvedAt").asText())
                    .isEqualTo("2026-01-01T00:01:00Z");

            var signature = String.valueOf(got.get(0).signature());
            assertThat(signature).matches("t=\\d+,v1=[0-9a-f]{64}");
            var time = signature.substring(2, signature.indexOf(','));
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec("a key of theirs".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            var expected = mac.doFinal((time + "." + got.get(0).body()).getBytes(StandardCharsets.UTF_8));
            assertThat(signature).endsWith(HexFormat.of().formatHex(expected));
            assertThat(Instant.ofEpochSecond(Long.parseLong(time)))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now());
        }
    }

    @Test
    void slackGetsTextWithoutMarkupFromNames() throws Exception {
        try (var sink = new WebhookSink(address(), WebhookSink.Form.SLACK, null, 10)) {
            sink.tell(alert(AlertState.FIRING));
            await().until(() -> got.size() == 1);

            assertThat(JSON.readTree(got.get(0).body()).path("text").asText())
                    .isEqualTo(":rotating_light: *HIGH_POOL_USAGE* orders &lt;b&gt;: 0.85 (threshold 0.8). Look \"who\""
                            + " holds them.");
            assertThat(got.get(0).signature()).isNull();
        }
    }

    @Test
    void answerOf500IsTriedAgainInOrder() {
        failures.set(3);
        try (var sink = new WebhookSink(address(), WebhookSink.Form.GENERIC, null, 10)) {
            sink.tell(alert(AlertState.FIRING));
            sink.tell(alert(AlertState.RESOLVED));
            await().until(() -> got.size() == 2);

            assertThat(got.get(0).body()).contains("\"firing\"");
            assertThat(got.get(1).body()).contains("\"resolved\"");
            await().until(() -> sink.sent() == 2);
            assertThat(sink.lost()).isZero();
        }
    }

    @Test
    void addressThatIsDownGetsItWhenItIsBack() throws Exception {
        int port = server.getAddress().getPort();
        var address = address();
        server.stop(0);
        try (var sink = new WebhookSink(address, WebhookSink.Form.GENERIC, null, 10)) {
            sink.tell(alert(AlertState.FIRING));
            assertThat(sink.sent()).isZero();

            server = listen(port);

            await().until(() -> got.size() == 1);
        }
    }

    @Test
    void slowAddressKeepsNobodyWaitingAndWhatIsTooMuchIsCounted() {
        gate = new CountDownLatch(1);
        try (var sink = new WebhookSink(address(), WebhookSink.Form.GENERIC, null, 10)) {
            long start = System.nanoTime();
            for (int i = 0; i < 150; i++) {
                sink.tell(alert(AlertState.FIRING));
            }
            // A hundred wait and one is under way, or about to be.
            assertThat(sink.lost()).isBetween(49L, 50L);
            assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);

            gate.countDown();

            await().until(() -> sink.sent() + sink.lost() == 150);
        }
    }

    @Test
    void alertmanagerGetsLabelsAndTheEnd() throws Exception {
        var base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        try (var sink = new AlertmanagerSink(base)) {
            sink.tell(alert(AlertState.FIRING));
            sink.tell(alert(AlertState.RESOLVED));
            await().until(() -> got.size() == 2);

            assertThat(got.get(0).path()).isEqualTo("/api/v2/alerts");
            var first = JSON.readTree(got.get(0).body()).path(0);
            assertThat(first.path("labels").path("alertname").asText()).isEqualTo("HIGH_POOL_USAGE");
            assertThat(first.path("labels").path("database").asText()).isEqualTo("orders <b>");
            assertThat(first.path("annotations").path("current").asText()).isEqualTo("0.85");
            assertThat(first.path("startsAt").asText()).isEqualTo("2026-01-01T00:00:10Z");
            assertThat(first.has("endsAt")).isFalse();
            assertThat(JSON.readTree(got.get(1).body()).path(0).path("endsAt").asText())
                    .isEqualTo("2026-01-01T00:01:00Z");
        }
    }

    @Test
    void addressThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new WebhookSink(URI.create("ftp://x/y"), WebhookSink.Form.GENERIC, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http or https URL");
        assertThatThrownBy(() -> new AlertmanagerSink(URI.create("alertmanager:9093")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://alertmanager:9093");
    }
}
