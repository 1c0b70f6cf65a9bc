// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Secret;
import dev.wellhead.testkit.PostgresServer;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page and the commands read, from a server over a real database. */
class DeskBodiesTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private PostgresServer postgres;
    private DatabaseManager manager;
    private WellheadServer server;
    private Http http;

    @BeforeEach
    void start() {
        postgres = PostgresServer.start();
        manager = Databases.open(Databases.config("default", postgres.jdbcUrl()));
        server = Databases.serve(manager);
        http = new Http(server);
    }

    @AfterEach
    void stop() {
        server.close();
        manager.close();
        postgres.close();
    }

    @Test
    void databasesSayVerdictPoolAndRates() throws Exception {
        await().atMost(SOON)
                .until(() -> http.get("/api/databases")
                        .json()
                        .at("/databases/0/rates")
                        .has("statementsPerSecond"));

        // It is the rate of one second, so one must run in that which is looked at.
        await().atMost(SOON).until(() -> {
            manager.database().query("one", "select 1").one(Integer.class);
            return http.get("/api/databases")
                            .json()
                            .at("/databases/0/rates/statementsPerSecond")
                            .asDouble()
                    > 0;
        });

        var body = http.get("/api/databases").json();
        assertThat(Http.fields(body))
                .containsExactly("timestamp", "version", "environment", "draining", "admin", "databases", "parts");
        var one = body.at("/databases/0");
        assertThat(one.get("database").asText()).isEqualTo("default");
        assertThat(one.get("level").asText()).isEqualTo("ok");
        assertThat(one.get("url").asText()).startsWith("jdbc:postgresql://").doesNotContain("?");
        assertThat(one.at("/pool/max").asInt()).isEqualTo(4);
        assertThat(one.at("/pool/state").asText()).isEqualTo("running");
    }

    @Test
    void eventsAndHistoryAreReadInParts() throws Exception {
        manager.database().dataSource().evictAll();
        await().atMost(SOON).until(() -> http.get("/api/events").raw().body().contains("left: requested"));
        // Until nothing happens in between: the connection that takes the other's place is an event too.
        await().atMost(SOON).untilAsserted(() -> {
            long last = http.get("/api/events").json().get("last").asLong();
            assertThat(http.get("/api/events?after=" + (last - 1)).json().get("events"))
                    .hasSize(1);
            assertThat(http.get("/api/events?after=" + last).json().get("events"))
                    .isEmpty();
            assertThat(http.get("/api/events?limit=1").json().at("/events/0/id").asLong())
                    .isEqualTo(last);
        });
        assertThat(http.get("/api/events?database=none").json().get("events")).isEmpty();
        refused("/api/events?limit=0", 400, "limit must be a whole number from 1");
        refused("/api/events?after=x", 400, "after must be a whole number from 0");

        await().atMost(SOON)
                .until(() -> http.get("/api/history").json().get("time").size() >= 2);
        var hour = http.get("/api/history?range=1h").json();
        assertThat(hour.get("stepSeconds").asInt()).isEqualTo(1);
        assertThat(hour.at("/series/limit")).hasSameSizeAs(hour.get("time"));
        assertThat(hour.at("/series/limit/0").asInt()).isEqualTo(4);
        assertThat(Http.fields(hour.get("series")))
                .containsExactly(
                        "active",
                        "idle",
                        "waiting",
                        "total",
                        "limit",
                        "acquireP99Ms",
                        "acquires",
                        "calls",
                        "statements",
                        "errors",
                        "databaseMs");
        assertThat(http.get("/api/history?range=24h").json().get("stepSeconds").asInt())
                .isEqualTo(10);
        refused("/api/history?range=1y", 400, "range must be 1h or 24h");
        refused("/api/history?database=none", 404, "database must be one of [default]");
    }

    private void refused(String path, int status, String detail) throws Exception {
        var answer = http.get(path);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("detail").asText()).isEqualTo(detail);
    }

    @Test
    void configurationIsShownWithOriginsAndWithoutSecrets() throws Exception {
        server.follow(ConfigLoader.builder()
                .environment(Map.of(
                        "DATABASE_URL", "postgresql://app:geheim-passwort@localhost/shop", "DATABASE_POOL_MAX", "7"))
                .build()
                .load());

        var answer = http.get("/api/config");

        assertThat(answer.raw().body()).doesNotContain("geheim-passwort");
        assertThat(answer.json().get("settings")).anySatisfy(setting -> {
            assertThat(setting.get("key").asText()).isEqualTo("pool.max-size");
            assertThat(setting.get("value").asText()).isEqualTo("7");
            assertThat(setting.get("origin").asText()).isEqualTo("environment DATABASE_POOL_MAX");
            assertThat(setting.get("changed").asBoolean()).isTrue();
        });
    }

    @Test
    void streamTellsTheStateOnceASecondAndEventsAsTheyCome() throws Exception {
        long begin = System.nanoTime();
        try (var in = stream(server.uri(), "").body()) {
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            manager.database().dataSource().evictAll();
            List<String> times = new ArrayList<>();
            var mapper = new ObjectMapper();
            boolean isTold = false;
            for (var line = lines.readLine(); times.size() < 4 || !isTold; line = lines.readLine()) {
                if (line.equals("event: state")) {
                    times.add(mapper.readTree(lines.readLine().substring("data: ".length()))
                            .get("timestamp")
                            .asText());
                } else if (line.equals("event: events")) {
                    isTold |= lines.readLine().contains("left: requested");
                }
            }
            assertThat(times).doesNotHaveDuplicates();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(2_500));
        }
    }

    @Test
    void streamsAreBoundedGuardedAndNobodyWaitsForThem() throws Exception {
        List<InputStream> open = new ArrayList<>();
        for (int i = 0; i < StateStream.MOST; i++) {
            var stream = stream(server.uri(), "");
            assertThat(stream.statusCode()).isEqualTo(200);
            open.add(stream.body());
        }
        var more = stream(server.uri(), "");
        assertThat(more.statusCode()).isEqualTo(503);
        assertThat(more.headers().firstValue("Retry-After")).isPresent();
        open.remove(0).close();
        await().atMost(SOON).until(() -> {
            var again = stream(server.uri(), "");
            boolean isOpen = again.statusCode() == 200;
            if (isOpen) {
                open.add(again.body());
            }
            return isOpen;
        });
        assertThat(http.send("POST", StateStream.PATH).status()).isEqualTo(405);

        assertThat(server.drain(Duration.ofSeconds(5))).isTrue();
        for (var stream : open) {
            stream.close();
        }

        var token = "0123456789-read-token";
        try (var guarded = WellheadServer.start(
                manager, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), false, Secret.of(token)), "local")) {
            assertThat(stream(guarded.uri(), "").statusCode()).isEqualTo(401);
            var let = stream(guarded.uri(), "Bearer " + token);
            assertThat(let.statusCode()).isEqualTo(200);
            let.body().close();
            assertThat(new Http(guarded).get("/").status()).isEqualTo(200);
            assertThat(new Http(guarded).get("/api/databases").status()).isEqualTo(401);
        }
    }

    private static HttpResponse<InputStream> stream(URI base, String authorization) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve(StateStream.PATH));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void pageLoadsNothingFromElsewhereAndStandsInNoFrame() throws Exception {
        var page = http.get("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.contentType()).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        for (var file : List.of("/desk.js", "/desk.css", "/icon.svg", "/uplot-1.6.32.js", "/uplot-1.6.32.css")) {
            assertThat(page.raw().body()).contains(file);
            assertThat(http.get(file).status()).isEqualTo(200);
        }
        assertThat(page.raw().body()).doesNotContain("https://", "http://", "style=", "onclick", "<script>");
    }
}
