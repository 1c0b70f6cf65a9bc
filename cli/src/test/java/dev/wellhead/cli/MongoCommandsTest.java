// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A MongoDB that the configuration names, alone and beside a SQL database. */
@Timeout(180)
class MongoCommandsTest {
    private static final String DOWN = "mongodb://app:hunter2@127.0.0.1:1/shop";

    private static MongoServer mongo;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startMongo() {
        mongo = MongoServer.start();
    }

    @AfterAll
    static void stopMongo() {
        mongo.close();
    }

    @Test
    void serveOpensItAloneAndStartsNoPostgres() throws Exception {
        var environment = Map.of("MONGODB_URI", mongo.uri() + "/shop", "DB_POOL_SIZE", "7");
        try (var serve = WellheadProcess.start(folder, environment, "serve", "--port", "0")) {
            var uri = serve.awaitReady();
            assertThat(serve.err())
                    .contains("configuration loaded databases=mongodb profile=local reason=")
                    .containsPattern("mongodb connected pool=mongodb total=\\d+ minSize=2 maxSize=7")
                    .doesNotContain("embedded");
            for (var path : List.of("/health/live", "/health/ready", "/health")) {
                assertThat(WellheadProcess.status(uri.resolve(path))).as(path).isEqualTo(200);
            }
            await().untilAsserted(() -> assertThat(WellheadProcess.body(uri.resolve("/api/databases")))
                    .contains("\"mongodb\"", "\"max-size\""));
            var config = Json.read(WellheadProcess.body(uri.resolve("/api/config")));
            assertThat(config.toString()).contains("\"mongodb.max-size\"", "environment DB_POOL_SIZE");

            serve.signal("TERM");
            assertThat(serve.awaitExit()).as(serve.err()).isZero();
            assertThat(serve.err()).doesNotContain("ERROR", "\tat ").contains("drained");
            assertThat(folder.resolve(".wellhead")).doesNotExist();
        }
    }

    @Test
    void serveOpensItBesideASqlDatabaseAndAReloadLeavesItForARestart() throws Exception {
        try (var database = PostgresServer.shared().createDatabase()) {
            var environment = Map.of("MONGODB_URI", mongo.uri() + "/shop", "DATABASE_URL", database.jdbcUrl());
            try (var serve = WellheadProcess.start(folder, environment, "serve", "--port", "0")) {
                serve.awaitReady();
                assertThat(serve.err())
                        .contains("configuration loaded databases=default,mongodb ", "mongodb connected pool=mongodb");
                Files.writeString(folder.resolve("wellhead.yaml"), "mongodb.max-size: 9\n");
                serve.signal("HUP");
                await().until(() -> serve.err().contains("configuration reloaded"));
                assertThat(serve.err())
                        .contains("configuration changed key=mongodb.max-size before=10 after=9 origin=wellhead.yaml:1"
                                + " effect=needs-restart");
            }
        }
    }

    @Test
    void serveEndsWithFourWhereItCannotBeReached() {
        var run = CliRun.in(folder, quick(DOWN), "serve", "--port", "0", "--set", "mongodb.connect-attempts=1");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .contains("E2003", "database=mongodb", "attempts=1")
                .doesNotContain("\tat ", "hunter2");
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve(".wellhead")).doesNotExist();
    }

    @Test
    void healthTellsHowItIs() throws Exception {
        var run = CliRun.in(folder, Map.of("MONGODB_URI", mongo.uri() + "/shop"), "health");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("mongodb: healthy", "latency");

        var json = CliRun.in(folder, Map.of("MONGODB_URI", mongo.uri() + "/shop"), "health", "--json")
                .json();
        assertThat(json.path("healthy").asBoolean()).isTrue();
        assertThat(json.path("databases")).isEmpty();
        assertThat(json.path("parts").path(0).path("name").asText()).isEqualTo("mongodb");
    }

    @Test
    void healthOfOneThatIsDownIsFourAndShowsNoPassword() throws Exception {
        var environment = quick(DOWN);
        environment.put("DATABASE_URL", PostgresServer.shared().jdbcUrl());
        var run = CliRun.in(folder, environment, "health", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.json().path("databases").path(0).path("verdict").asText())
                .isEqualTo("HEALTHY");
        assertThat(run.json().path("healthy").asBoolean()).isFalse();
        assertThat(run.json().path("parts").path(0).path("error").asText()).contains("E2003");
        assertThat(CliRun.in(folder, environment, "health").out()).contains("mongodb: unhealthy (DATABASE_DOWN)");
        assertThat(run.out() + run.err()).doesNotContain("hunter2");
    }

    @Test
    void checkConnectsToIt() throws Exception {
        var good = CliRun.in(folder, Map.of("MONGODB_URI", mongo.uri() + "/shop"), "config", "check", "--connect");
        assertThat(good.code()).as(good.out()).isZero();
        assertThat(good.out()).isEqualTo("configuration is valid\n");
        assertThat(good.err()).isEmpty();

        var down = CliRun.in(folder, quick(DOWN), "config", "check", "--connect", "--json");
        assertThat(down.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(down.json().path("reachable").asBoolean()).isFalse();
        var problem = down.json().path("problems").path(0);
        assertThat(problem.path("place").asText()).isEqualTo("environment MONGODB_URI");
        assertThat(problem.path("key").asText()).isEqualTo("mongodb.uri");
        assertThat(problem.path("value").asText()).isEqualTo("mongodb://****@127.0.0.1:1/shop");
        assertThat(problem.path("rule").asText()).contains("E2003");
        assertThat(down.out()).doesNotContain("hunter2");
    }

    @Test
    void showAndCheckNameItsKeysWithoutTheLogin() throws Exception {
        var run = CliRun.in(folder, Map.of("MONGODB_URI", DOWN), "config", "show");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern("\nmongodb.uri +mongodb://\\*{4}@127.0.0.1:1/shop\n")
                .containsPattern("\nmongodb.max-size +10 +10 +connections +profile local\n");
        var json = CliRun.in(folder, Map.of("MONGODB_URI", DOWN), "config", "show", "--json");
        assertThat(StreamSupport.stream(json.json().path("settings").spliterator(), false)
                        .filter(setting -> setting.path("key").asText().startsWith("mongodb."))
                        .map(setting -> setting.path("origin").asText())
                        .distinct())
                .containsExactly("default", "environment MONGODB_URI", "profile local");
        var wrong = CliRun.in(folder, Map.of("MONGODB_URI", "mongodb://app:hunt@er2@h/shop"), "config", "check");
        assertThat(wrong.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(wrong.out()).contains("environment MONGODB_URI: mongodb.uri=", "1 error, 0 warnings");
        assertThat(run.out() + json.out() + wrong.out()).doesNotContain("hunt", "er2");
        for (var flag : new String[] {"mongodb.uri=" + DOWN, "mongodb.uri=mongodb://app@h/shop"}) {
            var refused = CliRun.in(folder, Map.of(), "config", "show", "--set", flag);
            assertThat(refused.code()).isNotZero();
            assertThat(refused.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void commandsThatWorkOnSqlAloneSaySo() {
        var load = CliRun.in(folder, Map.of("MONGODB_URI", DOWN), "load", "--queries", "1");
        assertThat(load.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(load.err()).contains("no SQL database is configured", "DATABASE_URL");
        var doctor = CliRun.in(folder, Map.of("MONGODB_URI", DOWN), "doctor");
        assertThat(doctor.code()).isZero();
        assertThat(doctor.err()).contains("No SQL database is configured", "wellhead health");
        assertThat(folder.resolve(".wellhead")).doesNotExist();
    }

    @Test
    void initWritesItsKeys() throws Exception {
        assertThat(CliRun.in(folder, Map.of(), "config", "init").code()).isZero();
        assertThat(Files.readString(folder.resolve("wellhead.yaml"))).contains("\n#mongodb.max-size: 10\n");
        assertThat(Files.readString(folder.resolve(".env.example")))
                .isEqualTo(Files.readString(Path.of("..", ".env.example")));
        JsonNode schema =
                Json.read(CliRun.in(folder, Map.of(), "config", "schema").out());
        assertThat(schema).isEqualTo(Json.read(Files.readString(Path.of("..", "docs", "wellhead.schema.json"))));
    }

    /** Waits for no server for long. */
    private static Map<String, String> quick(String uri) {
        return new HashMap<>(Map.of("MONGODB_URI", uri, "WELLHEAD_MONGODB_SERVER_SELECTION_TIMEOUT", "200ms"));
    }
}
