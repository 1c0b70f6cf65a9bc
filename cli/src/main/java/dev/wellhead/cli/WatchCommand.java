// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Follows the verdicts of a running server, one line a change; for scripts it ends when all have been well for long. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Follow the verdict of each database of a running serve, one line a change.",
            "With --until healthy it ends with 0 when all have been healthy for --for, without a doubt in between;",
            "it waits for a server that does not answer yet. After --timeout it ends with 5, or 4 when no server answers.",
            "Without --until it goes on until it is interrupted; exit 4: no server answers at first."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class WatchCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 500;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions options;

    @Option(names = "--database", paramLabel = "NAME", description = "Only this database.")
    private @Nullable String database;

    @Option(names = "--until", paramLabel = "VERDICT", description = "healthy is the only one.")
    private @Nullable String until;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long they must have been healthy; ${DEFAULT-VALUE}.")
    private Duration length;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "End after that in any case; without it there is no limit.")
    private @Nullable Duration timeout;

    /** Verdict and whether it is in doubt, by database. */
    private final Map<String, String> known = new TreeMap<>();

    private boolean isAway;

    WatchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (until != null && !until.equals("healthy")) {
            throw new ParameterException(spec.commandLine(), "--until=" + until + ": must be healthy");
        }
        if (until == null && !length.isZero()) {
            throw new ParameterException(spec.commandLine(), "--for: goes with --until healthy");
        }
        var client = options.client(terminal);
        long start = System.nanoTime();
        Optional<Long> wellSince = Optional.empty();
        while (true) {
            boolean isWell = look(client);
            long now = System.nanoTime();
            wellSince = isWell ? wellSince.or(() -> Optional.of(now)) : Optional.empty();
            if (until != null && isWell && now - wellSince.orElse(now) >= length.toNanos()) {
                return ExitCode.DONE;
            }
            if (timeout != null && now - start >= timeout.toNanos()) {
                return isAway ? ExitCode.UNREACHABLE : ExitCode.PROBLEMS;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Asks once and tells what changed; whether all are well. */
    private boolean look(ServerClient client) throws InterruptedException {
        List<JsonNode> databases = new ArrayList<>();
        try {
            client.get("/api/databases", Map.of()).json().path("databases").forEach(databases::add);
        } catch (CommandException e) {
            boolean isFirst = known.isEmpty() && until == null;
            if (e.exitCode() != ExitCode.UNREACHABLE || isFirst) {
                throw e;
            }
            if (!isAway) {
                isAway = true;
                terminal.err().println("wellhead: the server does not answer; going on until it does");
            }
            return false;
        }
        if (isAway) {
            isAway = false;
            terminal.err().println("wellhead: the server answers");
        }
        databases.removeIf(
                each -> database != null && !each.path("database").asText().equals(database));
        if (databases.isEmpty() && database != null) {
            throw new CommandException(ExitCode.FAILED, "the server has no database called " + SafeText.line(database));
        }
        databases.forEach(this::tell);
        return !databases.isEmpty() && databases.stream().allMatch(WatchCommand::isWell);
    }

    private static boolean isWell(JsonNode one) {
        return one.path("healthy").asBoolean()
                && !one.path("suspected").asBoolean()
                && one.path("verdict").asText().equals("HEALTHY");
    }

    private void tell(JsonNode one) {
        var verdict = DeskText.verdict(one);
        var name = one.path("database").asText();
        var before = known.put(name, verdict);
        if (!verdict.equals(before)) {
            var why = isWell(one) ? "" : DeskText.why(one);
            terminal.out()
                    .println(SafeText.line(Amounts.clock(Instant.now()) + "  " + name + "  "
                            + (before == null ? "" : before + " -> ") + verdict + (why.isEmpty() ? "" : ": " + why)));
            terminal.out().flush();
        }
    }
}
