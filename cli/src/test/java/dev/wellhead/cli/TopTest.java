// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wellhead.cli.TopState.View;
import dev.wellhead.cli.TopState.Wish;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.Verdict;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code wellhead top} of a server over a real database, in a real terminal. */
@Timeout(120)
class TopTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private static final String TOKEN = "a-token-for-operators";

    private static TestDatabase postgres;
    private static DeskServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.shared().createDatabase();
        server = DeskServer.start(postgres.jdbcUrl(), null, TOKEN);
        server.database()
                .query("nap", "SELECT 1 AS \"\u001b[31mred\u009b2J\" FROM pg_sleep(0.05)")
                .one(Integer.class);
        Awaitility.await().atMost(LIMIT).until(() -> server.database().health().verdict() == Verdict.HEALTHY);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        postgres.close();
    }

    @Test
    void withoutATerminalItPrintsAllOnceAndEnds() {
        var run = server.run(80, Map.of("TERM", "dumb"), "top");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("DATABASE  VERDICT", "shop", "HEALTHY", "ACQ P99", "STATEMENTS of shop, by run")
                .contains("SELECT ? AS \"?[31mred?2J\"", "LEASES: 0", "ALERTS: 0 now", "EVENTS, the newest first")
                .doesNotContain("\u001b", "\u009b");
        assertThat(run.out().lines())
                .allSatisfy(line -> assertThat(SafeText.width(line)).isLessThanOrEqualTo(80));
    }

    @Test
    void nobodyThereIsFour() {
        assertThat(CliRun.of("top", "--server", "http://127.0.0.1:1").code()).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void screenShowsTroubleFirstAndHasExactlyItsSize() throws Exception {
        var databases = Json.read("""
                {"version":"1","environment":"local","databases":[
                {"database":"a","verdict":"DATABASE_DOWN","level":"critical","healthy":false,
                 "summary":"No connection can be made.","error":"refused\u001b[2J",
                 "recommendations":["Look at the server."],
                 "pool":{"active":3,"idle":1,"waiting":2,"max":4},"breaker":{"state":"open"},"rates":{}},
                {"database":"b","verdict":"HEALTHY","level":"ok","healthy":true,
                 "pool":{"active":0,"idle":1,"waiting":0,"max":20},"breaker":{"state":"closed"},"rates":{}}]}
                """.replace("\u001b", "\\u001b"));
        var leases = Json.read("{\"leases\":[" + "{\"database\":\"a\",\"connectionId\":1},".repeat(40)
                + "{\"database\":\"a\",\"connectionId\":99}]}");
        var none = Json.read("{}");
        var events =
                Json.read("{\"events\":[{\"at\":\"1970-01-01T00:00:00Z\",\"event\":\"opened\",\"text\":\"the first\"},"
                        + "{\"at\":\"1970-01-01T00:00:01Z\",\"event\":\"evicted\",\"text\":\"the last\"}]}");
        var state = new TopState(Instant.EPOCH, databases, none, leases, none, events, "");

        var wish = Wish.FIRST.with(View.LEASES).moved(100, 41);
        var lines = TopView.screen(state, wish, "http://x", 80, 24, "");

        assertThat(lines)
                .hasSize(24)
                .allSatisfy(line -> assertThat(SafeText.width(line.text())).isLessThanOrEqualTo(80));
        assertThat(lines.get(1))
                .isEqualTo(new TopView.Line(
                        TopView.Look.BAD,
                        "a: No connection can be made. refused?[2J The breaker is open. Look at the se..."));
        assertThat(lines.get(3).text()).startsWith("a         DATABASE_DOWN").contains("[###=]");
        assertThat(lines.get(4).text()).contains("[=.......]");
        assertThat(lines)
                .filteredOn(line -> line.look() == TopView.Look.SELECTED)
                .singleElement()
                .satisfies(line -> assertThat(line.text()).contains("99"));
        var news = TopView.screen(state, Wish.FIRST.with(View.EVENTS), "http://x", 80, 24, "").stream()
                .map(TopView.Line::text)
                .dropWhile(line -> !line.equals("EVENTS, the newest first"))
                .toList();
        assertThat(news.get(2)).endsWith("the last");
        assertThat(news.get(3)).endsWith("the first");
    }

    @Test
    @Tag("needs-tmux")
    void terminalShowsItLiveAndIsPutBack() throws Exception {
        assumeTrue(hasTmux(), "tmux is not installed: install it, or run .ci/run");
        try (var tmux = new Tmux(folder)) {
            tmux.type("stty -g | md5sum; TERM=screen " + command() + "; echo code $?; stty -g | md5sum");
            tmux.await("q quit");
            assertThat(tmux.screen()).contains("STATEMENTS of shop", "HEALTHY", "SELECT ? AS \"?[31mred?2J\"");
            var held = new CountDownLatch(1);
            var holder = CompletableFuture.runAsync(
                    () -> server.database().transaction("book a seat", tx -> await(held)),
                    task -> new Thread(task, "holder").start());
            tmux.keys("l");
            tmux.await("book a seat");
            tmux.keys("c");
            tmux.await("To cancel needs the admin token");
            held.countDown();
            holder.get(10, TimeUnit.SECONDS);
            tmux.await("no leases");
            tmux.resize(60, 20);
            tmux.keys("s");
            tmux.keys("o");
            tmux.await("STATEMENTS of shop, by calls");
            // As soon as it is drawn anew in the new size.
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(tmux.screen().lines().filter(line -> line.contains("q quit")))
                            .hasSize(1));
            tmux.keys("q");
            tmux.await("code 0");
            assertThat(tmux.sums()).hasSize(2).containsOnly(tmux.sums().get(0));
            assertThat(tmux.screen()).doesNotContain("q quit");
        }
    }

    @Test
    @Tag("needs-tmux")
    void controlCPutsTheTerminalBackToo() throws Exception {
        assumeTrue(hasTmux(), "tmux is not installed: install it, or run .ci/run");
        try (var tmux = new Tmux(folder)) {
            tmux.type("stty -g | md5sum; " + command() + "; echo code $?; stty -g | md5sum");
            tmux.await("STATEMENTS of shop");
            tmux.keys("C-c");
            tmux.await("code 130");
            assertThat(tmux.sums()).hasSize(2).containsOnly(tmux.sums().get(0));
        }
    }

    @Test
    @Tag("needs-tmux")
    void statementThatALeaseRunsEndsAfterAYesAndTheEventsTellOfIt() throws Exception {
        assumeTrue(hasTmux(), "tmux is not installed: install it, or run .ci/run");
        var running = CompletableFuture.supplyAsync(
                () -> catchThrowable(() -> server.database()
                        .query("yearly report", "SELECT 1 FROM pg_sleep(300)")
                        .one(Integer.class)),
                OwnThread.EACH);
        try (var tmux = new Tmux(folder)) {
            tmux.type("WELLHEAD_SERVER_ADMIN_TOKEN=" + TOKEN + " " + command());
            tmux.await("q quit");
            tmux.keys("l");
            tmux.await("yearly report");
            tmux.keys("c");
            tmux.await("of shop runs for yearly report? y/n");
            tmux.keys("n");
            tmux.await("Not cancelled");
            assertThat(sleeping()).containsExactly("1");
            assertThat(running).isNotDone();
            tmux.keys("c");
            tmux.await("of shop runs for yearly report? y/n");
            tmux.keys("y");
            tmux.await("Cancelled");
            assertThat(running.get(20, TimeUnit.SECONDS)).isInstanceOf(DatabaseException.class);
            Awaitility.await().atMost(LIMIT).until(() -> sleeping().equals(List.of("0")));
            tmux.keys("e");
            tmux.await("cancel by an operator");
            tmux.keys("q");
        }
    }

    /** How many statements of the test above the server runs. */
    private static List<String> sleeping() throws SQLException {
        return postgres.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                + " AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep(300)%'");
    }

    private static Object await(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // A file, because the class path is longer than what a terminal takes on a line.
    private String command() throws IOException {
        var script = folder.resolve("top");
        Files.writeString(
                script,
                "exec '" + String.join("' '", WellheadProcess.command("top", "--server", server.url())) + "'\n");
        return "sh " + script;
    }

    /** Also where CI says that it is required, so that its absence fails there. */
    private static boolean hasTmux() {
        return System.getenv().getOrDefault("CHECK_REQUIRE", "").contains("tmux")
                || List.of("/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux").stream()
                        .anyMatch(path -> Files.isExecutable(Path.of(path)));
    }

    /** A terminal of 80 by 24 without a window. */
    private static final class Tmux implements AutoCloseable {
        private final Path socket;

        Tmux(Path folder) throws Exception {
            socket = folder.resolve("tmux");
            tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sh");
        }

        void type(String line) throws Exception {
            tmux("send-keys", "-l", line);
            tmux("send-keys", "Enter");
        }

        void keys(String key) throws Exception {
            tmux("send-keys", key);
        }

        void resize(int columns, int rows) throws Exception {
            tmux("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
        }

        String screen() throws Exception {
            return tmux("capture-pane", "-p", "-J");
        }

        void await(String text) throws Exception {
            try {
                Awaitility.await(text).atMost(LIMIT).until(() -> screen().contains(text));
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("never shown: " + text + "\n" + screen(), e);
            }
        }

        /** What the terminal's settings were before and are after; waits for both. */
        List<String> sums() throws Exception {
            var sums = new AtomicReference<List<String>>(List.of());
            Awaitility.await().atMost(LIMIT).until(() -> {
                sums.set(screen().lines()
                        .filter(line -> line.matches("[0-9a-f]{32}  -"))
                        .toList());
                return sums.get().size() == 2;
            });
            return sums.get();
        }

        private String tmux(String... arguments) throws Exception {
            var command = new ArrayList<>(List.of("tmux", "-S", socket.toString()));
            command.addAll(List.of(arguments));
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return said;
        }

        @Override
        public void close() throws Exception {
            tmux("kill-server");
        }
    }
}
