// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The schema against a validator that is not ours, and against the loader. */
class ConfigSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    private static final JsonSchema SCHEMA = FACTORY.getSchema(ConfigSchema.text());

    @TempDir
    Path folder;

    @Test
    void theDocumentIsFresh() throws Exception {
        GeneratedFile.assertFresh("docs/wellhead.schema.json", ConfigSchema.text());
    }

    @Test
    void isAValidSchemaOfItsDraft() throws Exception {
        var draft = FACTORY.getSchema(SchemaLocation.of(SchemaId.V202012));
        assertThat(draft.validate(JSON.readTree(ConfigSchema.text()))).isEmpty();
        assertThat(draft.validate(JSON.readTree("{\"type\": 5}"))).isNotEmpty();
    }

    @Test
    void describesEveryKeyWithUnitAndDefault() throws Exception {
        var definitions = JSON.readTree(ConfigSchema.text()).path("$defs");
        assertThat(Keys.all()).allSatisfy(key -> {
            var definition = definitions.path(key.name());
            assertThat(definition.path("description").asText())
                    .startsWith(key.text())
                    .contains(ConfigTemplate.unit(key));
            assertThat(definition.path("writeOnly").asBoolean()).isEqualTo(key.secret());
        });
        assertThat(definitions.path("pool.max-waiting").path("default").asInt()).isEqualTo(100_000);
        assertThat(definitions.path("pool.max-size").has("default")).isFalse();
        assertThat(definitions.path("pool.max-size").path("description").asText())
                .contains("50 production, 100 edge, 10 local");
    }

    @ParameterizedTest
    @EnumSource
    void takesTheTemplateWithEveryLineUncommented(Profile profile) throws Exception {
        var text =
                ConfigTemplate.yaml(profile).replaceAll("(?m)^#(?=[a-z])", "").replace("key: value ", "# ");
        assertThat(problems(text)).isEmpty();
    }

    static List<String> goodFiles() {
        return List.of(
                "",
                "# a comment alone\n",
                "pool:\n  max-size: 20\n  acquire-timeout: 5s\n",
                "pool.max-size: 20\npool:\n  min-idle: '2'\n",
                "url: postgresql://localhost/shop\ntls.mode: VERIFY_FULL\n",
                "databases:\n  orders:\n    url: postgresql://localhost/orders\n    pool:\n      max-size: 5\n",
                "databases:\n  orders.url: postgresql://localhost/orders\n  orders.pool.max-size: 5\n",
                "databases.orders:\n  url: postgresql://localhost/orders\n",
                "databases.orders.url: postgresql://localhost/o\ndatabases.orders.pool: {max-size: 5}\n",
                "databases.orders.url: postgresql://localhost/o\ndatabases.orders.pool.driver-properties.a: 1\n",
                "pool.driver-properties: a=b,c=d\n",
                "pool.admission: off\n",
                "pool.lanes: batch=0..2, admin = 1 .. 1 kept EXEMPT\n",
                "pool:\n  lanes:\n    batch: 0..2\n    admin: 1..1 exempt\n",
                "pool:\n  lanes.batch: 0..2\n",
                "pool.lanes.batch: 0..2 kept\n",
                "databases.orders.url: postgresql://localhost/o\ndatabases.orders.pool.lanes.batch: 0..2\n",
                "pool:\n  driver-properties:\n    socketTimeout: 30\n    tcpKeepAlive: true\n",
                "pool:\n  driver-properties.socketTimeout: 30\n",
                "pool.driver-properties.socketTimeout: 30\n",
                "profile: Development\nserver: {port: 0, bind: 0.0.0.0, drain-timeout: 0}\n",
                "retry: {multiplier: 1.5, jitter: 'True', max-retries: 0}\nslow-query-threshold: PT0.5S\n",
                "pool:\n  isolation: READ_COMMITTED\n  start-mode: lazy\n  max-lifetime-jitter: 0.9\n",
                "address: {host: localhost, port: 5432, database: shop}\nusername: 1234\npassword: 5678\n");
    }

    @ParameterizedTest
    @MethodSource("goodFiles")
    void takesWhatTheLoaderTakes(String text) throws Exception {
        assertThat(new Given(folder).yaml(text).problems()).isEmpty();
        assertThat(problems(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool:\n  max-sise: 20\n",
                "pool.max-sise: 20\n",
                "max-size: 20\n",
                "pool: 5\n",
                "pool: {}\n",
                "pool: [1]\n",
                "pool:\n",
                "pool.max-size: [5]\n",
                "pool.max-size:\n",
                "pool.max-size: {a: 1}\n",
                "pool.max-size: 0\n",
                "pool.max-size: 10001\n",
                "pool.max-size: 5.5\n",
                "pool.max-size: many\n",
                "pool.acquire-timeout: 30\n",
                "pool.acquire-timeout: 0\n",
                "pool.acquire-timeout: soon\n",
                "pool.statement-timeout: -5s\n",
                "pool.read-only: perhaps\n",
                "pool.isolation: total\n",
                "pool.driver-properties: nonsense\n",
                "pool.driver-properties: {}\n",
                "pool.lanes: batch\n",
                "pool.lanes: batch=2\n",
                "pool.lanes: default=0..2\n",
                "pool.lanes: batch=0..2 keep\n",
                "pool.lanes: {batch: {ceiling: 2}}\n",
                "pool.lanes: {default: 0..2}\n",
                "pool.lanes.batch: 2\n",
                "pool.admission: never\n",
                "retry.multiplier: 0.5\n",
                "server.port: 65536\n",
                "profile: prod\n",
                "databases:\n  bad name:\n    url: postgresql://localhost/x\n",
                "databases:\n  orders:\n    url: postgresql://localhost/x\n    server: {port: 1}\n",
                "databases.orders.url: postgresql://localhost/x\ndatabases.orders.profile: edge\n",
                "databases.orders.url: postgresql://localhost/x\ndatabases.orders.pool.max-sise: 1\n",
                "- a\n- b\n",
                "words\n",
            })
    void refusesWhatTheLoaderRefuses(String text) throws Exception {
        assertThat(new Given(folder).yaml(text).problems()).anyMatch(Problem::isError);
        assertThat(problems(text)).isNotEmpty();
    }

    /** What only the loader can know. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "url: postgresql://host:5x32/shop\n",
                "tls.ca-cert: /no/such/file\n",
                "pool: {min-idle: 30, max-size: 5}\n",
                "pool: {lanes: {batch: 0..30}, max-size: 5}\n",
                "pool.lanes: batch=0..2,batch=0..3\n",
                "databases.orders.pool.max-size: 5\n",
                "pool.max-size: '99999'\n",
                "pool.acquire-timeout: 400d\n",
            })
    void leavesToTheLoaderWhatASchemaCannotSay(String text) throws Exception {
        assertThat(new Given(folder).yaml(text).problems()).anyMatch(Problem::isError);
        assertThat(problems(text)).isEmpty();
    }

    static Stream<String> keys() {
        return Keys.names().stream();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void agreesWithTheTypeOfEachKey(String name) throws Exception {
        var key = Keys.find(name).orElseThrow();
        var cases = new ArrayList<>(
                List.of("0", "1", "-1", "5.5", "5s", "1m 30s", "-5s", "PT5S", "true", "word", "a=b", "a=0..1"));
        if (key.type().shape() instanceof Shape.Whole whole) {
            for (long edge : new long[] {whole.least(), whole.most()}) {
                cases.addAll(List.of("" + (edge - 1), "" + edge, "" + (edge + 1)));
            }
        }
        if (key.type().shape() instanceof Shape.Choice choice) {
            cases.addAll(choice.words());
            cases.add(choice.words().get(0).toUpperCase(Locale.ROOT));
        }
        for (var value : cases) {
            boolean taken = takes(key, value);
            boolean fits = problems(name + ": " + value + "\n").isEmpty();
            // A certificate must exist, which no schema can know.
            if (!name.startsWith("tls.c")) {
                assertThat(fits).as("%s: %s", name, value).isEqualTo(taken);
            }
        }
    }

    private static boolean takes(Key<?, ?, ?> key, String value) {
        try {
            key.type().parser().parse(value);
            return true;
        } catch (BadValueException refused) {
            return false;
        }
    }

    @Test
    void filesOfTheProjectFit() throws Exception {
        var root = Path.of("").toAbsolutePath().getParent();
        try (var files = Files.walk(root, 6)) {
            var ours = files.filter(file -> file.endsWith("wellhead.yaml"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
            for (var file : ours) {
                assertThat(problems(Files.readString(file))).as(file.toString()).isEmpty();
            }
        }
    }

    private static List<String> problems(String yaml) throws Exception {
        return SCHEMA.validate(json(yaml)).stream().map(Object::toString).toList();
    }

    private static JsonNode json(String yaml) {
        Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        return JSON.valueToTree(loaded);
    }
}
