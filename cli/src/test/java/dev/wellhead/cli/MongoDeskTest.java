// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.model.Filters;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.mongo.MongoProfile;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import dev.wellhead.server.WellheadServer;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.PostgresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator sees of a MongoDB beside a SQL database. */
final class MongoDeskTest {

    private static final String TOKEN = "operator-token-0123";

    private static MongoServer mongo;
    private static MongoDatabaseClient documents;
    private static DatabaseManager manager;
    private static WellheadServer server;

    @BeforeAll
    static void start() {
        mongo = MongoServer.start();
        documents = new MongoDatabaseClient(
                MongoConfig.builder(mongo.uri() + "/shop?appName=s3cret-canary", MongoProfile.DEVELOPMENT)
                        .name("documents")
                        .build());
        manager = DatabaseManager.builder()
                .database(DatabaseConfig.of(PoolConfig.builder()
                        .name("default")
                        .jdbcUrl(PostgresServer.shared().jdbcUrl())
                        .build()))
                .resource(documents)
                .open();
        server = WellheadServer.start(
                manager,
                new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5)).withAdminToken(Secret.of(TOKEN)),
                "local");
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
        mongo.close();
    }

    private static String body(String path) throws Exception {
        return WellheadProcess.body(URI.create(server.uri() + path));
    }

    private static JsonNode json(String path) throws Exception {
        return Json.read(body(path));
    }

    @Test
    void isADatabaseAmongTheOthers() throws Exception {
        var all = json("/api/databases").path("databases");
        assertThat(all).extracting(one -> one.path("database").asText()).containsExactly("default", "documents");
        var one = all.get(1);
        assertThat(one.path("url").asText()).isEqualTo(mongo.uri() + "/shop");
        await().until(() -> json("/health")
                .path("details")
                .path("documents")
                .path("status")
                .asText()
                .equals("healthy"));
        assertThat(json("/api/databases").toString()).doesNotContain("s3cret-canary");
    }

    @Test
    void statementsLeasesHistoryAndMetersAreThose() throws Exception {
        await().until(() -> manager.monitored().size() == 2
                && json("/api/statements?database=documents").path("statements").isArray());
        documents.update("store", database -> database.getCollection("orders").insertOne(new Document("total", 7)));
        documents.query(
                "look",
                database -> database.getCollection("orders")
                        .find(Filters.eq("total", 7))
                        .into(new ArrayList<>()));

        await().untilAsserted(() -> assertThat(
                        json("/api/statements?database=documents").path("statements"))
                .extracting(one -> one.path("text").asText())
                .contains("insert orders", "find orders {total: ?}"));
        var statements = json("/api/statements?database=documents");
        assertThat(statements.path("held"))
                .extracting(one -> one.path("work").asText())
                .contains("store", "look");
        assertThat(json("/api/leases?database=documents").path("leases")).isEmpty();
        await().untilAsserted(() -> assertThat(
                        json("/api/history?database=documents").path("series").path("total"))
                .isNotEmpty());
        assertThat(body("/metrics"))
                .contains("wellhead_pool_connections{pool=\"documents\",state=\"idle\"}")
                .containsPattern("wellhead_calls_total\\{database=\"documents\",outcome=\"succeeded\"} [1-9]")
                .containsPattern("wellhead_pool_acquire_wait_seconds_bucket\\{pool=\"documents\",")
                .contains("wellhead_part_reading{part=\"documents\",reading=\"open-cursors\"}");
    }

    @Test
    void planIsRefusedWithTheReason() throws Exception {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.uri()
                                        + "/api/statements/plan?database=documents&fingerprint=0000000000000001"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("plans are asked of PostgreSQL only");
    }

    @Test
    void operatorCannotActOnADriversPool() throws Exception {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.uri() + "/api/admin/pause"))
                                .header("Authorization", "Bearer " + TOKEN)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"database\":\"documents\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("documents keeps its connections by a driver of its own");
    }

    @Test
    void alertsAndEventsNameItWhenItIsLost() throws Exception {
        try (var own = MongoServer.start()) {
            var lost = new MongoDatabaseClient(MongoConfig.builder(own.uri(), MongoProfile.DEVELOPMENT)
                    .name("lost")
                    .selectionTimeout(Duration.ofMillis(300))
                    .build());
            try (var managed = DatabaseManager.builder().resource(lost).open();
                    var watching = WellheadServer.start(
                            managed, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5)), "local")) {
                var uri = watching.uri();
                await().until(() -> WellheadProcess.status(uri.resolve("/health")) == 200);
                own.kill();
                assertThatThrownBy(() -> lost.query("ping", database -> database.runCommand(new Document("ping", 1))))
                        .hasMessageContaining("E20");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> WellheadProcess.status(uri.resolve("/health")) == 503);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(WellheadProcess.body(uri.resolve("/api/alerts")))
                                .contains("DATABASE_UNHEALTHY", "\"lost\""));
                await().untilAsserted(() -> assertThat(WellheadProcess.body(uri.resolve("/api/events")))
                        .contains("\"verdict\"", "\"lost\""));
                own.restart();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> WellheadProcess.status(uri.resolve("/health")) == 200);
            }
        }
    }
}
