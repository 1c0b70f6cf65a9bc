// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.server.WellheadServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The files of {@code deploy/} name paths, ports, commands, flags and keys that there are. */
class DeployTest {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final int START_SECONDS = 300;
    private static final int PORT = ServerConfig.DEFAULT.port();

    private static DatabaseManager manager;
    private static WellheadServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void serve() {
        manager = DatabaseManager.builder().open();
        server = WellheadServer.start(manager, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(1)), "production");
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
    }

    @Test
    void kubernetesProbesAskWhatIsServed() throws Exception {
        var container = container();

        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
        for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertServed(container.path(probe).at("/httpGet/path").asText());
            assertThat(container.path(probe).at("/httpGet/port").asText()).isEqualTo("http");
        }
        assertThat(container.at("/startupProbe/periodSeconds").asInt()
                        * container.at("/startupProbe/failureThreshold").asInt())
                .isEqualTo(START_SECONDS);
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(PORT);
        assertIsCommand(texts(container.path("args")));
    }

    @Test
    void kubernetesScrapesAndServesTheSamePort() throws Exception {
        var annotations = document("Deployment").at("/spec/template/metadata/annotations");

        assertServed(annotations.path("prometheus.io/path").asText());
        assertThat(annotations.path("prometheus.io/port").asInt()).isEqualTo(PORT);
        assertThat(document("Service").at("/spec/ports/0/port").asInt()).isEqualTo(PORT);
        assertThat(document("Service").at("/spec/selector"))
                .isEqualTo(document("Deployment").at("/spec/selector/matchLabels"));
    }

    @Test
    void kubernetesRunsAsNobodyAndLeavesTimeForTheDrain() throws Exception {
        var pod = document("Deployment").at("/spec/template/spec");
        Map<String, String> environment = new HashMap<>();
        document("ConfigMap")
                .path("data")
                .properties()
                .forEach(entry ->
                        environment.put(entry.getKey(), entry.getValue().asText()));

        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(container().at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(pod.path("volumes").findValuesAsText("name"))
                .containsAll(container().path("volumeMounts").findValuesAsText("name"));
        var secrets = container().at("/volumeMounts/0/mountPath").asText();
        assertThat(environment.get("WELLHEAD_URL_FILE")).startsWith(secrets);
        assertThat(environment.get("WELLHEAD_SERVER_READ_TOKEN_FILE")).startsWith(secrets);
        var config = load(environment);
        assertThat(config.server().port()).isEqualTo(PORT);
        assertThat(config.server().readToken()).isNotNull();
        assertThat(pod.path("terminationGracePeriodSeconds").asLong())
                .isGreaterThan(config.server().drainTimeout().toSeconds() + 10);
    }

    @Test
    void dockerfileStartsAndAsksByCommandsThatThereAre() throws Exception {
        var text = Files.readString(DEPLOY.resolve("Dockerfile")).replace("\\\n", " ");
        var entry = Json.read(found(text, "(?m)^ENTRYPOINT (.*)$"));
        var command = Json.read(found(text, "(?m)^CMD (.*)$"));
        var health = found(text, "(?m)^HEALTHCHECK .*CMD wellhead (.*) \\|\\| exit 1$");

        assertThat(texts(entry)).containsExactly("wellhead");
        assertIsCommand(texts(command));
        assertIsCommand(List.of(
                health.replace("\"", "").replace("${PORT:-8080}", "8080").split(" ")));
        assertThat(health).contains("${PORT:-" + PORT + "}");
        assertThat(found(text, "--start-period=(\\d+)s")).isEqualTo(String.valueOf(START_SECONDS));
        assertThat(found(text, "(?m)^EXPOSE (.*)$")).isEqualTo(String.valueOf(PORT));
        assertThat(found(text, "(?m)^USER (.*)$"))
                .isEqualTo(document("Deployment")
                        .at("/spec/template/spec/securityContext/runAsUser")
                        .asText());
        assertThat(load(environment(found(text, "(?m)^ENV (.*)$"))).server().bind())
                .isEqualTo("0.0.0.0");
        assertThat(text).contains("cli/target/wellhead-*.tar.gz");
    }

    @Test
    void railwayAndProcfileStartWhatThereIs() throws Exception {
        var railway = Json.read(Files.readString(DEPLOY.resolve("railway.json")));
        var deploy = railway.path("deploy");

        assertServed(deploy.path("healthcheckPath").asText());
        assertThat(deploy.path("healthcheckPath").asText()).isEqualTo("/health");
        assertThat(deploy.path("healthcheckTimeout").asInt()).isEqualTo(START_SECONDS);
        assertThat(deploy.path("restartPolicyType").asText()).isEqualTo("ON_FAILURE");
        assertThat(Path.of("..", railway.at("/build/dockerfilePath").asText())).isRegularFile();
        assertIsCommand(after("wellhead", deploy.path("startCommand").asText()));
        assertIsCommand(after("web: bin/wellhead", Files.readString(DEPLOY.resolve("Procfile"))));
        assertThat(load(Map.of("PORT", "4711")).server().port()).isEqualTo(4711);
    }

    @Test
    void systemdUnitStartsReloadsAndStops() throws Exception {
        var unit = Files.readString(DEPLOY.resolve("systemd").resolve("wellhead.service"));

        assertIsCommand(after("/opt/wellhead/bin/wellhead", found(unit, "(?m)^ExecStart=(.*)$")));
        assertThat(found(unit, "(?m)^ExecReload=(.*)$")).isEqualTo("/bin/kill -HUP $MAINPID");
        assertThat(found(unit, "(?m)^RestartPreventExitStatus=(.*)$"))
                .isEqualTo(ExitCode.USAGE + " " + ExitCode.CONFIG_INVALID);
        assertThat(Long.parseLong(found(unit, "(?m)^TimeoutStopSec=(.*)$")))
                .isGreaterThan(ServerConfig.DEFAULT.drainTimeout().toSeconds() + 10);
        assertThat(unit.lines().filter(line -> !line.isBlank() && !line.startsWith("#")))
                .allMatch(line -> line.matches("\\[[A-Z][a-z]+]|[A-Za-z]+=.*"));
        assertThat(Path.of("..", found(unit, "(?m)^Documentation=file:///opt/wellhead/(.*)$")))
                .isRegularFile();
    }

    @Test
    void exampleOfTheArchiveIsAConfiguration() throws Exception {
        var example = Files.readString(Path.of("src", "dist", "conf", "wellhead.yaml"));
        var password = Files.writeString(folder.resolve("password"), "a-secret");
        var file = Files.writeString(
                folder.resolve("wellhead.yaml"), example.replace("/etc/wellhead/password", password.toString()));

        var config = ConfigLoader.builder()
                .environment(Map.of())
                .directory(folder)
                .file(file)
                .load();

        assertThat(config.databases())
                .singleElement()
                .satisfies(database -> assertThat(database.name()).isEqualTo("default"));
        assertThat(config.server()).isEqualTo(ServerConfig.DEFAULT);
    }

    private static void assertServed(String path) throws Exception {
        var request = HttpRequest.newBuilder(server.uri().resolve(path)).build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).as(path).isIn(200, 503);
    }

    /** Parses, and runs nothing. */
    private void assertIsCommand(List<String> arguments) {
        var nowhere = new PrintStream(new ByteArrayOutputStream());
        var line = new Cli(new Terminal(nowhere, nowhere, Map.of(), folder, Tty.NONE)).commandLine();
        assertThatCode(() -> line.parseArgs(arguments.toArray(String[]::new)))
                .as(String.join(" ", arguments))
                .doesNotThrowAnyException();
        assertThat(line.getSubcommands()).containsKey(arguments.get(0));
    }

    private static List<String> after(String begin, String text) {
        assertThat(text).startsWith(begin + " ");
        return List.of(text.substring(begin.length()).strip().split(" "));
    }

    private static String found(String text, String pattern) {
        var matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static List<String> texts(JsonNode array) {
        assertThat(array.isArray()).isTrue();
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static Map<String, String> environment(String words) {
        Map<String, String> environment = new HashMap<>();
        for (var word : words.strip().split("(?<=\") +", -1)) {
            var parts = word.split("=", 2);
            environment.put(parts[0], parts[1].replace("\"", ""));
        }
        return environment;
    }

    /** As on a host where the files are that it names; an unknown name of ours is refused. */
    private WellheadConfig load(Map<String, String> environment) throws Exception {
        var here = new HashMap<>(environment);
        for (var entry : environment.entrySet()) {
            if (entry.getKey().endsWith("_FILE")) {
                var file = folder.resolve(entry.getKey());
                Files.writeString(
                        file,
                        entry.getKey().contains("TOKEN")
                                ? "a-token-for-readers"
                                : "postgresql://app@db.example.com/app?sslmode=verify-full");
                here.put(entry.getKey(), file.toString());
            }
        }
        here.putIfAbsent(
                "WELLHEAD_URL_FILE",
                Files.writeString(folder.resolve("url"), "postgresql://app@localhost/app")
                        .toString());
        return ConfigLoader.builder().environment(here).directory(folder).load();
    }

    private static JsonNode container() throws Exception {
        return document("Deployment").at("/spec/template/spec/containers/0");
    }

    private static JsonNode document(String kind) throws Exception {
        List<JsonNode> found = new ArrayList<>();
        new Yaml()
                .loadAll(Files.readString(DEPLOY.resolve("kubernetes").resolve("deployment.yaml")))
                .forEach(each -> found.add(Json.tree(each)));
        return found.stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
