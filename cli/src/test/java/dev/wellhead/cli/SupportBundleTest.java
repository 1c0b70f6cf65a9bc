// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.server.WellheadServer;
import dev.wellhead.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the bundle, and that no secret is. */
@Timeout(120)
class SupportBundleTest {

    private static final String PASSWORD = "canary+pass/word=4711";
    private static final String TOKEN = "canary-token-0815-4711";
    private static final String ADMIN_TOKEN = "canary-admin-0815-4711";
    private static final String HOOK = "http://127.0.0.1:1/canary-hook-0815";
    private static final String HOOK_SECRET = "canary-signs-0815-4711";

    private static final String MONGO_PASSWORD = "canary-mongo/0815";
    private static final String MONGO_WRITTEN = "canary-mongo%2F0815";

    private static PostgresServer postgres;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start();
        postgres.execute("CREATE ROLE bundled LOGIN");
        postgres.requirePassword("bundled", PASSWORD);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private Map<String, String> environment() {
        return Map.of(
                "DATABASE_URL",
                "postgresql://bundled@localhost:" + postgres.port() + "/postgres",
                "WELLHEAD_PASSWORD",
                PASSWORD,
                "WELLHEAD_SERVER_READ_TOKEN",
                TOKEN,
                "WELLHEAD_SERVER_ADMIN_TOKEN",
                ADMIN_TOKEN,
                "WELLHEAD_ALERTS_WEBHOOK_URL",
                HOOK,
                "WELLHEAD_ALERTS_WEBHOOK_SECRET",
                HOOK_SECRET,
                "MONGODB_URI",
                "mongodb://bundled:" + MONGO_WRITTEN + "@127.0.0.1:1/shop",
                "WELLHEAD_SERVER_PORT",
                "0");
    }

    @Test
    void bundleHoldsWhatARunningServeTellsAndNoSecret() throws Exception {
        var log = Files.writeString(
                folder.resolve("serve.log"),
                "INFO started\nWARN failed url=postgresql://x:" + PASSWORD + "@h/db\nDEBUG said " + PASSWORD + " "
                        + TOKEN + "\nINFO sent " + HOOK + " " + HOOK_SECRET + " " + ADMIN_TOKEN
                        + "\nINFO documents " + MONGO_PASSWORD + " " + MONGO_WRITTEN + "\n");
        var config = ConfigLoader.builder()
                .environment(environment())
                .directory(folder)
                .load();
        try (var manager = DatabaseManager.builder()
                        .database(config.databases().get(0))
                        .open();
                var server = WellheadServer.start(manager, config.server(), "local")) {
            manager.database().query("canary", "SELECT '" + PASSWORD + "'").one(String.class);

            var run = CliRun.in(
                    folder,
                    environment(),
                    "doctor",
                    "--bundle=out.zip",
                    "--server=" + server.uri(),
                    "--log=" + log.getFileName());

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.err()).contains("wrote out.zip with", "without secrets");
        }
        var file = folder.resolve("out.zip");
        var parts = parts(file);
        assertThat(parts.keySet())
                .contains(
                        "wellhead/versions.txt",
                        "wellhead/configuration.txt",
                        "wellhead/doctor.txt",
                        "wellhead/doctor.json",
                        "wellhead/log.txt",
                        "wellhead/serve.txt",
                        "wellhead/serve/health.json",
                        "wellhead/serve/metrics.txt",
                        "wellhead/serve/statements.json",
                        "wellhead/serve/leases.json",
                        "wellhead/serve/alerts.json",
                        "wellhead/serve/databases.json",
                        "wellhead/serve/events.json",
                        "wellhead/serve/advice.json",
                        "wellhead/serve/threads.txt");
        assertThat(parts.get("wellhead/configuration.txt")).contains("pool.max-size", "****");
        assertThat(parts.get("wellhead/serve/statements.json")).contains("SELECT ?");
        assertThat(parts.get("wellhead/serve/threads.txt")).contains("wellhead-watch");
        assertThat(parts.get("wellhead/log.txt")).contains("INFO started", "DEBUG said ****");
        assertThat(parts)
                .allSatisfy((name, text) ->
                        assertThat(text).as(name).doesNotContain(PASSWORD, TOKEN, "canary%2Bpass", "canary-"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void bundleSaysThatNoServeAnswersAndOverwritesNothing() throws Exception {
        var first = doctor();
        var before = Files.size(folder.resolve("out.zip"));

        var second = doctor();

        assertThat(first.code()).as(first.err()).isZero();
        var parts = parts(folder.resolve("out.zip"));
        assertThat(parts.get("wellhead/serve.txt")).contains("cannot be reached");
        assertThat(parts.keySet()).noneMatch(name -> name.startsWith("wellhead/serve/"));
        assertThat(second.code()).isEqualTo(ExitCode.FAILED);
        assertThat(second.err()).contains("out.zip: is there already and was left alone; give another name");
        assertThat(Files.size(folder.resolve("out.zip"))).isEqualTo(before);
    }

    @Test
    void serverAndLogNeedABundle() {
        var run = CliRun.in(folder, environment(), "doctor", "--log=x");

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--server and --log are for --bundle");
    }

    private CliRun doctor() {
        return CliRun.in(folder, environment(), "doctor", "--bundle=out.zip", "--server=http://127.0.0.1:1");
    }

    private static Map<String, String> parts(Path file) throws Exception {
        Map<String, String> parts = new LinkedHashMap<>();
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                parts.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return parts;
    }
}
