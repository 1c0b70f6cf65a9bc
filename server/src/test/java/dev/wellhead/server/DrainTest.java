// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server lets running work finish before it ends. */
class DrainTest {

    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private DatabaseManager manager;
    private WellheadServer server;
    private Http http;

    @BeforeEach
    void start() {
        manager = Databases.open(
                Databases.config("default", PostgresServer.shared().jdbcUrl()));
        var slow = new Route("/slow", () -> {
            began.countDown();
            mayEnd.await();
            return Reply.json(200, List.of("done"));
        });
        server = WellheadServer.start(manager, Databases.ANY_PORT, "local", List.of(slow));
        http = new Http(server);
    }

    @AfterEach
    void stop() {
        mayEnd.countDown();
        server.close();
        manager.close();
    }

    @Test
    void withoutWorkIsCompleteAndNotReadyButLive() throws Exception {
        assertThat(http.status("/health/ready")).isEqualTo(200);

        assertThat(server.drain(Duration.ofSeconds(5))).isTrue();

        var ready = http.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().get("ready").asBoolean()).isFalse();
        assertThat(ready.json().get("status").asText()).isEqualTo("draining");
        assertThat(http.status("/health/live")).isEqualTo(200);
        assertThat(server.draining()).isTrue();
    }

    @Test
    void waitsForALease() throws Exception {
        CompletableFuture<Boolean> drained;
        try (var lease = manager.database().dataSource().getConnection("lease")) {
            drained = drain(Duration.ofSeconds(20));
            await().until(() -> http.status("/health/ready") == 503);
            assertThat(drained).isNotDone();
            assertThat(lease.createStatement().execute("SELECT 1")).isTrue();
        }
        assertThat(drained.join()).isTrue();
    }

    @Test
    void isIncompleteWhenALeaseOutlastsTheLimit() throws Exception {
        try (var lease = manager.database().dataSource().getConnection("lease")) {
            assertThat(server.drain(Duration.ofMillis(100))).isFalse();
            assertThat(lease.isClosed()).isFalse();
        }
    }

    @Test
    void waitsForARequestInProgress() throws Exception {
        var request = CompletableFuture.supplyAsync(() -> status("/slow"), OwnThread.EACH);
        began.await();
        var drained = drain(Duration.ofSeconds(20));
        await().until(() -> http.status("/health/ready") == 503);
        assertThat(drained).isNotDone();

        mayEnd.countDown();

        assertThat(drained.join()).isTrue();
        assertThat(request.join()).isEqualTo(200);
    }

    @Test
    void isIncompleteWhenARequestOutlastsTheLimit() throws Exception {
        var request = CompletableFuture.supplyAsync(() -> status("/slow"), OwnThread.EACH);
        began.await();

        assertThat(server.drain(Duration.ofMillis(100))).isFalse();
        assertThat(server.drain(Duration.ZERO)).isFalse();

        mayEnd.countDown();
        assertThat(request.join()).isEqualTo(200);
        assertThat(server.drain(Duration.ofSeconds(5))).isTrue();
    }

    private CompletableFuture<Boolean> drain(Duration limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return server.drain(limit);
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                },
                OwnThread.EACH);
    }

    private int status(String path) {
        try {
            return http.status(path);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
