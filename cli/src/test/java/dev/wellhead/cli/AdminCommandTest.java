// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the admin commands do to the pool of a server over a real database. */
@Timeout(60)
class AdminCommandTest {
    private static final String TOKEN = "a-token-for-operators";
    private static final Map<String, String> WITH_TOKEN = Map.of("WELLHEAD_SERVER_ADMIN_TOKEN", TOKEN);

    private static TestDatabase postgres;
    private static DeskServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.shared().createDatabase();
        server = DeskServer.start(postgres.jdbcUrl(), null, TOKEN);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        postgres.close();
    }

    @Test
    void whatWasMeantIsDoneToTheOnlyDatabase() throws Exception {
        assertThat(run("admin", "pause", "--yes").out()).startsWith("pause shop: state=paused");
        assertThat(state()).isEqualTo("PAUSED");
        assertThat(run("admin", "resume").code()).isZero();
        assertThat(state()).isEqualTo("RUNNING");
        assertThat(run("admin", "evict", "--yes", "--json")
                        .json()
                        .path("action")
                        .asText())
                .isEqualTo("evict");
        assertThat(run("admin", "drain", "--deadline", "2s", "--yes").out()).startsWith("drain shop: complete=true");
        assertThat(run("admin", "resume", "--database", "shop").code()).isZero();
        assertThat(run("admin", "reset", "--yes").code()).isZero();
    }

    @Test
    void terminalShowsHowMuchOfItsTimeADrainHasUsed() throws Exception {
        try (var held = server.database().dataSource().getConnection()) {
            var drained = server.typing("yes\n", WITH_TOKEN, "admin", "drain", "--deadline", "600ms");
            assertThat(drained.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(drained.err())
                    .containsPattern("\\] +([1-9]\\d|100)% waits for connections to be given back")
                    .endsWith(" \r");
            assertThat(drained.out()).startsWith("drain shop: complete=false");
            assertThat(held.isClosed()).isFalse();
        } finally {
            assertThat(run("admin", "resume").code()).isZero();
        }
    }

    @Test
    void nothingIsDoneWithoutAYesOrATerminalToAskAt() {
        var piped = run("admin", "pause");
        assertThat(piped.code()).isEqualTo(ExitCode.USAGE);
        assertThat(piped.err()).contains("nobody can be asked here; give --yes where it is meant");

        var refused = server.typing("n\n", WITH_TOKEN, "admin", "pause");
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("Pause the pool of shop at http://127.0.0.1:", "[y/N]", "not done");
        assertThat(state()).isEqualTo("RUNNING");

        assertThat(server.typing("yes\n", WITH_TOKEN, "admin", "evict").code()).isZero();
    }

    @Test
    void refusalsOfTheServerAreSaid() {
        assertThat(server.run(0, "admin", "resume").err()).contains("admin commands need the admin token");
        var wrong = server.run(0, Map.of("WELLHEAD_SERVER_ADMIN_TOKEN", "not-the-right-token"), "admin", "resume");
        assertThat(wrong.code()).isEqualTo(ExitCode.FAILED);
        assertThat(wrong.err()).contains("answered 401").doesNotContain("not-the-right-token");
        assertThat(run("admin", "cancel", "--connection", "4711", "--yes").code())
                .isEqualTo(ExitCode.FAILED);
        assertThat(run("admin", "reconfigure", "--set", "pool.max-size=20").code())
                .isEqualTo(ExitCode.FAILED);
        assertThat(run("admin", "pause", "--yes", "--database", "none").err())
                .contains("database must be one of [shop]");
    }

    private static String state() {
        return server.database().snapshot().state().name();
    }

    private static CliRun run(String... arguments) {
        return server.run(0, WITH_TOKEN, arguments);
    }
}
