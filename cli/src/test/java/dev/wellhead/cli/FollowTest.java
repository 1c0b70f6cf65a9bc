// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events and verdicts of a server over a real database that goes away and comes back. */
@Timeout(120)
class FollowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void outageIsFollowedAndItsEndIsWaitedFor() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var server = DeskServer.start(proxy.jdbcUrl("postgres"), null);
                var events = process("events", "--follow", "--json", "--server", server.url());
                var watch = process("watch", "--server", server.url())) {
            await().atMost(LIMIT).until(() -> watch.out().contains("shop HEALTHY"));

            proxy.refuse();
            proxy.existing().reset();

            await().atMost(LIMIT).until(() -> watch.out().contains("HEALTHY -> DATABASE_DOWN: "));
            await().atMost(LIMIT)
                    .until(() ->
                            wholeLines(events.out()).stream().anyMatch(line -> line.contains("\"event\":\"verdict\"")));
            assertThat(wholeLines(events.out()))
                    .allSatisfy(line ->
                            assertThat(Json.read(line).path("id").asLong()).isPositive());
            var tooShort = server.run(0, "watch", "--until", "healthy", "--timeout", "100ms");
            assertThat(tooShort.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(tooShort.out()).contains("shop DATABASE_DOWN: No connection can be made.");

            proxy.listen();

            var again = server.run(0, "watch", "--until", "healthy", "--for", "600ms", "--timeout", "30s");
            assertThat(again.code()).as(again.out() + again.err()).isZero();
            await().atMost(LIMIT).until(() -> watch.out().contains("-> HEALTHY"));
            var listed = server.run(100, "events", "--database", "shop");
            assertThat(listed.out()).contains("AT  ", "verdict");
            assertThat(listed.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        }
    }

    @Test
    void serverThatIsAwayIsWaitedForOnlyWhereAResultIsWanted() {
        var nowhere = "--server=http://127.0.0.1:1";
        assertThat(CliRun.of("watch", nowhere).code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(CliRun.of("events", "--follow", nowhere).code()).isEqualTo(ExitCode.UNREACHABLE);

        var waited = CliRun.of("watch", nowhere, "--until", "healthy", "--timeout", "1200ms");

        assertThat(waited.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(waited.err().lines())
                .containsExactly("wellhead: the server does not answer; going on until it does");
    }

    @Test
    void impossibleWishesAreRefused() {
        assertThat(CliRun.of("watch", "--until", "sunny").err()).contains("--until=sunny: must be healthy");
        assertThat(CliRun.of("watch", "--for", "3s").err()).contains("--for: goes with --until healthy");
        try (var server = DeskServer.start(PostgresServer.shared().jdbcUrl("postgres"), null)) {
            assertThat(server.run(0, "watch", "--until=healthy", "--database", "none")
                            .err())
                    .contains("the server has no database called none");
        }
    }

    /** Without one that is being written. */
    private static List<String> wholeLines(String text) {
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private WellheadProcess process(String... arguments) throws Exception {
        return WellheadProcess.start(folder, Map.of(), arguments);
    }
}
