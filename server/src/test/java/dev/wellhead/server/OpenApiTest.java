// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.Secret;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OpenAPI document against the routes of a running server and against its real answers, by a validator not ours. */
class OpenApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V202012);
    private static final String TOKEN = "a-token-for-operators";
    private static final Path COPY = Path.of("..", "docs", "openapi.json");

    /** Answered by a servlet of its own, and without end: {@link DeskBodiesTest} reads it. */
    private static final String STREAM = "get " + StateStream.PATH;

    private static JsonNode document;
    private static PostgresServer postgres;
    private static DatabaseManager manager;
    private static WellheadServer server;

    @BeforeAll
    static void start() throws Exception {
        try (var in = WellheadServer.class.getResourceAsStream("openapi.json")) {
            document = JSON.readTree(in);
        }
        postgres = PostgresServer.start();
        manager = Databases.open(Databases.config("orders", postgres.jdbcUrl()));
        server = WellheadServer.start(
                manager,
                Databases.ANY_PORT.withAdminToken(Secret.of(TOKEN)),
                "local",
                (database, settings) -> new SettingsChange.Outcome(List.of("pool.max-size"), List.of("pool.schema")));
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
        postgres.close();
    }

    @Test
    void theCopyAmongTheDocumentsIsTheOneThatIsServed() throws Exception {
        assertThat(JSON.readTree(Files.readString(COPY)))
                .as("copy server/src/main/resources/dev/wellhead/server/openapi.json to docs")
                .isEqualTo(document);
        assertThat(new Http(server).get("/api/openapi.json").json()).isEqualTo(document);
    }

    @Test
    void everyServedRouteIsDescribedAndTheReverse() {
        var served = server.served().stream().map(OpenApiTest::key).collect(Collectors.toCollection(TreeSet::new));
        served.add(STREAM);
        assertThat(described()).isEqualTo(served);
    }

    @Test
    void everyAccessIsDescribedAsItIs() {
        for (var route : server.served()) {
            var security = operation(key(route)).path("security").toString();
            var expected = route.access() == Route.Access.ADMIN
                    ? "[{\"admin\":[]}]"
                    : route.access() == Route.Access.READ || route.path().equals("/metrics")
                            ? "[{\"read\":[]},{\"admin\":[]},{}]"
                            : "[{}]";
            assertThat(security).as(route.path()).isEqualTo(expected);
        }
    }

    @Test
    void schemasAreValidOfTheirDraft() {
        var draft = FACTORY.getSchema(SchemaLocation.of(SchemaId.V202012));
        var schemas = document.path("components").path("schemas");
        assertThat(schemas).isNotEmpty();
        schemas.properties()
                .forEach(entry -> assertThat(draft.validate(entry.getValue()))
                        .as(entry.getKey())
                        .isEmpty());
    }

    @Test
    void realAnswersAreAsDescribed() throws Exception {
        for (int i = 0; i < 2; i++) {
            manager.database("orders")
                    .list("numbers", String.class, "SELECT relname FROM pg_class WHERE relpages < ?", 9);
        }
        manager.database("orders").query("nap", "SELECT 1 FROM pg_sleep(1.1)").one(Integer.class);
        try (var held = manager.database("orders").dataSource().getConnection("export");
                var statement = held.createStatement()) {
            var running = CompletableFuture.runAsync(
                    () -> {
                        try {
                            statement.execute("SELECT pg_sleep(60)");
                        } catch (java.sql.SQLException cancelled) {
                            // As it should be: by the route that cancels.
                            return;
                        }
                    },
                    OwnThread.EACH);
            await().until(() -> lease().running());
            var fingerprint = new Http(server)
                    .get("/api/statements")
                    .json()
                    .path("statements")
                    .findValuesAsText("fingerprint")
                    .get(0);
            // Reading first, then what operators do; what is not said otherwise is asked for as it is.
            for (var key : described()) {
                if (!key.equals(STREAM) && key.startsWith("get ")) {
                    var query = key.endsWith("/plan") ? "?fingerprint=" + fingerprint : "";
                    assertDescribed(
                            key, send(server, key, query, ""), key.endsWith("/plan") ? Set.of(200, 422) : Set.of(200));
                }
            }
            var bodies = bodies(lease());
            for (var action : List.of("cancel", "evict", "pause", "drain", "resume", "reset", "reconfigure")) {
                var key = "post /api/admin/" + action;
                var schema = operation(key).at("/requestBody/content/application~1json/schema");
                assertValid(key, schema, JSON.readTree(bodies.get(action)));
                assertDescribed(key, send(server, key, "", bodies.get(action)), Set.of(200));
            }
            assertThat(described().stream().filter(key -> key.startsWith("post ")))
                    .as("every action was tried")
                    .hasSize(bodies.size());
            running.get();
        }
    }

    @Test
    void problemsAndOutagesAreAsDescribed() throws Exception {
        assertDescribed("post /api/admin/pause", send(server, "post /api/admin/pause", "", "{}"), Set.of(400));
        assertDescribed("get /api/statements", send(server, "get /api/statements", "?limit=0", ""), Set.of(400));
        try (var down = Databases.open(Databases.lazy("down", "jdbc:postgresql://127.0.0.1:1/x"));
                var other = Databases.serve(down)) {
            for (var key : List.of("get /health", "get /health/db", "get /health/ready", "get /api/health")) {
                assertDescribed(key, send(other, key, "", ""), Set.of(503));
            }
        }
    }

    private static Map<String, String> bodies(Lease lease) {
        return Map.of(
                "cancel",
                "{\"database\":\"orders\",\"connectionId\":" + lease.connectionId() + ",\"lease\":" + lease.number()
                        + "}",
                "evict",
                "{\"database\":\"orders\"}",
                "pause",
                "{\"database\":\"orders\"}",
                "drain",
                "{\"database\":\"orders\",\"deadlineMs\":10}",
                "resume",
                "{\"database\":\"orders\"}",
                "reset",
                "{\"database\":\"orders\"}",
                "reconfigure",
                "{\"database\":\"orders\",\"settings\":{\"pool.max-size\":5,\"pool.schema\":\"x\"}}");
    }

    private static Lease lease() {
        return manager.database("orders").leases().get(0);
    }

    private static String key(Route route) {
        return (route.access() == Route.Access.ADMIN ? "post " : "get ") + route.path();
    }

    private static Set<String> described() {
        var keys = new TreeSet<String>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> keys.add(method + " " + path.getKey())));
        return keys;
    }

    private static JsonNode operation(String key) {
        var parts = key.split(" ", 2);
        return document.path("paths").path(parts[1]).path(parts[0]);
    }

    private static void assertDescribed(String key, HttpResponse<String> answer, Set<Integer> expected)
            throws Exception {
        assertThat(answer.statusCode()).as("%s: %s", key, answer.body()).isIn(expected);
        var responses = operation(key).path("responses");
        var code = String.valueOf(answer.statusCode());
        var content = responses.path(responses.has(code) ? code : "default").path("content");
        var type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        assertThat(content.has(type)).as("%s answers %s", key, type).isTrue();
        if (type.endsWith("json")) {
            assertValid(key, content.path(type).path("schema"), JSON.readTree(answer.body()));
        }
    }

    private static void assertValid(String key, JsonNode schema, JsonNode value) {
        assertThat(schema.isObject()).as("%s has a schema", key).isTrue();
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        assertThat(FACTORY.getSchema(whole).validate(value))
                .as("%s: %s", key, value)
                .isEmpty();
    }

    private static HttpResponse<String> send(WellheadServer asked, String key, String query, String body)
            throws Exception {
        var parts = key.split(" ", 2);
        var request = HttpRequest.newBuilder(URI.create(asked.uri() + parts[1] + query))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(parts[0].toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
}
