// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Which database decides about the whole. */
class SeveralDatabasesTest {

    private static final String WORKS = PostgresServer.shared().jdbcUrl();

    @Test
    void anotherDatabaseOutIsDegraded() throws Exception {
        withOneOut(
                "reports",
                http -> {
                    var health = http.get("/health");
                    assertThat(health.status()).isEqualTo(200);
                    assertThat(health.json().get("status").asText()).isEqualTo("degraded");
                    assertThat(health.json().get("database").get("healthy").asBoolean())
                            .isTrue();
                    assertThat(Http.fields(health.json().get("details")))
                            .containsExactly("default", "reports", "connectionPool");
                    assertThat(health.json()
                                    .get("details")
                                    .get("reports")
                                    .get("status")
                                    .asText())
                            .isEqualTo("unhealthy");
                    var ready = http.get("/health/ready");
                    assertThat(ready.status()).isEqualTo(200);
                    assertThat(ready.json().get("ready").asBoolean()).isTrue();
                    assertThat(ready.json().get("out").get(0).asText()).isEqualTo("reports");
                    var api = http.get("/api/health");
                    assertThat(api.status()).isEqualTo(200);
                    assertThat(api.json().get("success").asBoolean()).isTrue();
                    assertThat(api.json().get("health").get("database").asText())
                            .isEqualTo("degraded");
                    assertThat(api.json().get("health").get("connectionStats").get("connectionKeys"))
                            .hasSize(2);
                },
                Databases.config("default", WORKS));
    }

    @Test
    void theDefaultOutIsUnhealthy() throws Exception {
        withOneOut(
                "default",
                http -> {
                    assertThat(http.get("/health").json().get("status").asText())
                            .isEqualTo("unhealthy");
                    assertThat(http.status("/health")).isEqualTo(503);
                    assertThat(http.status("/health/ready")).isEqualTo(503);
                },
                Databases.config("reports", WORKS));
    }

    @Test
    void withoutADefaultAnyOutIsUnhealthy() throws Exception {
        withOneOut(
                "reports",
                http -> {
                    assertThat(http.status("/health")).isEqualTo(503);
                    assertThat(http.get("/health")
                                    .json()
                                    .get("database")
                                    .get("healthy")
                                    .asBoolean())
                            .isFalse();
                },
                Databases.config("orders", WORKS));
    }

    @Test
    void aDatabaseOpenedLaterIsSeenAndMeasured() throws Exception {
        try (var manager = Databases.open(Databases.config("default", WORKS));
                var server = Databases.serve(manager)) {
            var http = new Http(server);
            assertThat(http.get("/metrics").raw().body()).doesNotContain("pool=\"later\"");

            manager.open(Databases.config(
                    "later", PostgresServer.shared().createDatabase().jdbcUrl()));

            assertThat(http.get("/metrics").raw().body()).contains("wellhead_pool_max{pool=\"later\"} 4.0");
            assertThat(Http.fields(http.get("/health").json().get("details"))).contains("later");
        }
    }

    @Test
    void anotherPartThatIsOutDegradesAndIsNamed() throws Exception {
        var works = new AtomicBoolean(true);
        var part = new HealthPart() {
            @Override
            public String name() {
                return "store";
            }

            @Override
            public void check() throws IOException {
                if (!works.get()) {
                    throw new IOException("no bucket");
                }
            }

            @Override
            public Map<String, Double> readings() {
                return Map.of("objects", 7.0);
            }
        };
        try (var manager = DatabaseManager.builder()
                        .database(Databases.config("default", WORKS))
                        .part(part)
                        .open();
                var server = Databases.serve(manager)) {
            var http = new Http(server);
            await().until(() ->
                    http.get("/health").json().get("status").asText().equals("healthy"));
            assertThat(http.get("/metrics").raw().body())
                    .contains("wellhead_part_healthy{part=\"store\"} 1.0")
                    .contains("wellhead_part_reading{part=\"store\",reading=\"objects\"} 7.0");
            assertThat(http.get("/api/databases")
                            .json()
                            .at("/parts/0/readings/objects")
                            .asDouble())
                    .isEqualTo(7);
            works.set(false);
            await().until(() ->
                    http.get("/health").json().get("status").asText().equals("degraded"));
            var health = http.get("/health");
            assertThat(health.status()).isEqualTo(200);
            assertThat(Http.fields(health.json().get("details"))).containsExactly("default", "store", "connectionPool");
            var store = health.json().get("details").get("store");
            assertThat(store.get("status").asText()).isEqualTo("unhealthy");
            assertThat(store.get("error").asText()).isEqualTo("IOException: no bucket");
            var ready = http.get("/health/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.json().get("out").get(0).asText()).isEqualTo("store");
        }
    }

    /** Looks at a server. */
    private interface Look {
        void at(Http http) throws Exception;
    }

    private static void withOneOut(String out, Look look, DatabaseConfig works) throws Exception {
        var nobody = Databases.lazy(out, PostgresServer.shared().jdbcUrl("no_such_database"));
        try (var manager = Databases.open(works, nobody);
                var server = Databases.serve(manager)) {
            look.at(new Http(server));
        }
    }
}
