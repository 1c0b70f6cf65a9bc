// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands show of a server over a real database. */
@Timeout(60)
class DeskCommandsTest {
    private static final String TOKEN = "a-token-for-readers";

    private static TestDatabase postgres;
    private static DeskServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.shared().createDatabase();
        server = DeskServer.start(postgres);
        server.database()
                .query("nap", "SELECT 1 AS \"\u001b[31mred\u009b2J\" FROM pg_sleep(0.05)")
                .one(Integer.class);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        postgres.close();
    }

    @Test
    void statementsAreATableThatFitsAndHoldsNoControl() {
        var run = server.run(80, "statements");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines().toList())
                .allSatisfy(line -> assertThat(SafeText.width(line)).isLessThanOrEqualTo(80));
        assertThat(run.out()).contains("SHARE  CALLS  ERRORS", "SELECT ? AS \"?[31mred?2J\"", "nap");
        assertThat(controls(run.out())).isZero();
    }

    @Test
    void leasesSayWhoHoldsWhat() throws Exception {
        var shown = new CliRun[2];
        server.database().transaction("book a \u001b[2Jseat", tx -> {
            tx.query("look", "SELECT 1").one(Integer.class);
            shown[0] = server.run(0, "leases", "--database", "shop");
            shown[1] = server.run(0, "leases", "--json");
            return null;
        });

        assertThat(shown[0].code()).as(shown[0].err()).isZero();
        assertThat(shown[0].out().lines().toList().get(1))
                .startsWith("shop")
                .contains("idle ", Thread.currentThread().getName(), "book a ?[2Jseat", "SELECT ?");
        JsonNode lease = shown[1].json().path("leases").path(0);
        assertThat(lease.path("operation").asText()).contains("book a");
        assertThat(server.run(0, "leases").out()).isEqualTo("no connection is held" + System.lineSeparator());
    }

    @Test
    void jsonIsWhatTheServerAnswers() throws Exception {
        var asked = Json.read(WellheadProcess.body(URI.create(server.url() + "/api/alerts")));
        var shown = server.run(0, "alerts", "--json").json();

        assertThat(shown.path("alerts")).isEqualTo(asked.path("alerts"));
        assertThat(shown.fieldNames()).toIterable().containsExactly("timestamp", "alerts", "past");
        assertThat(server.run(0, "statements", "--limit=1", "--json").json().path("statements"))
                .hasSize(1);
        assertThat(server.run(0, "alerts").code()).isZero();
    }

    @Test
    void whatTheServerRefusesIsSaidInItsWords() {
        assertThat(server.run(0, "statements", "--sort=colour").err()).contains("answered 400: sort must be one of");
        assertThat(server.run(0, "statements", "--limit=none").err()).contains("limit must be a whole number from 1");
        var unknown = server.run(0, "leases", "--database", "a b&c");
        assertThat(unknown.err()).contains("answered 404: database must be one of [shop]");
        assertThat(unknown.code()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void adviceIsSilentWhereTooLittleWasMeasured() throws Exception {
        var shown = server.run(0, "advise", "--json", "--database", "shop").json();

        assertThat(shown.fieldNames()).toIterable().containsExactly("timestamp", "advice");
        assertThat(shown.path("advice")).isEmpty();
        assertThat(server.run(0, "advise").out()).startsWith("nothing to advise");
        assertThat(server.run(0, "advise", "--database", "nobody").code()).isEqualTo(ExitCode.FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"statements", "leases", "alerts", "advise"})
    void nobodyThereIsFour(String command) {
        var run = CliRun.of(command, "--server", "http://127.0.0.1:1");

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("The server cannot be reached", "is wellhead serve running?");
        assertThat(run.out()).isEmpty();
        assertThat(CliRun.of(command, "--server", "nowhere").code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void tokenComesFromAFileOrTheEnvironment(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        var missing = folder.resolve("none");
        var empty = Files.createFile(folder.resolve("empty"));
        try (var guarded = DeskServer.start(postgres.jdbcUrl(), TOKEN)) {
            assertThat(guarded.run(0, "leases").err()).contains("answered 401: This path needs the read token");
            assertThat(guarded.run(0, "leases", "--token-file", file.toString()).code())
                    .isZero();
            for (var named : List.of(
                    Map.of("WELLHEAD_SERVER_READ_TOKEN", TOKEN),
                    Map.of("WELLHEAD_SERVER_READ_TOKEN_FILE", file.toString()))) {
                assertThat(guarded.run(0, named, "leases").code())
                        .as(named.toString())
                        .isZero();
            }
            var wrong = guarded.run(0, Map.of("WELLHEAD_SERVER_READ_TOKEN", "not\nthis"), "leases");
            assertThat(wrong.err())
                    .contains("WELLHEAD_SERVER_READ_TOKEN: a token is 1 to 4096 printable")
                    .doesNotContain("not\nthis");
            assertThat(guarded.run(0, "leases", "--token-file", missing.toString())
                            .err())
                    .contains("--token-file " + missing + ": the token cannot be read");
            assertThat(guarded.run(0, "leases", "--token-file", empty.toString())
                            .err())
                    .contains("a token is 1 to 4096");
            assertThat(guarded.run(0, "leases", "--token", TOKEN).err())
                    .contains("not accepted on the command line")
                    .doesNotContain(TOKEN);
        }
    }

    private static long controls(String text) {
        return text.codePoints()
                .filter(point -> Character.isISOControl(point) && point != '\n' && point != '\r')
                .count();
    }
}
