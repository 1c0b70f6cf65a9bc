// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Verdict;
import dev.wellhead.pool.StartMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how the databases are: opens them itself, or asks a running server. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = {
            "Check the configured databases, or ask a running serve how they are.",
            "Exit 0: healthy; 4: a database or the server cannot be reached; 5: unhealthy."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class HealthCommand implements Callable<Integer> {
    private static final Set<Verdict> UNREACHABLE = EnumSet.of(Verdict.DATABASE_DOWN, Verdict.NETWORK_STALL);

    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--server", paramLabel = "URL", description = "Ask this server, such as http://127.0.0.1:8080.")
    private @Nullable String server;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    HealthCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (server != null) {
            var answer = ServerHealth.ask(ServerClient.of(server, Optional.empty(), Optional.empty()));
            terminal.out().println(json ? SafeText.json(Json.text(answer.json())) : answer.text());
            return answer.healthy() ? ExitCode.DONE : ExitCode.PROBLEMS;
        }
        List<Checked> all = new ArrayList<>();
        List<ResourceCheck> others;
        var loader = ResourceCheck.once(options.loader(terminal));
        try (var opened = OpenDatabases.existing(loader, terminal, HealthCommand::withoutWaiting)) {
            for (var database : opened.manager().databases()) {
                all.add(Checked.of(database));
            }
            others = ResourceCheck.all(opened.config());
        }
        terminal.out().println(json ? Json.text(json(all, others)) : text(all, others));
        return exitCode(all, others);
    }

    // A database that is down is a result here, not a reason to try again.
    private static DatabaseConfig withoutWaiting(DatabaseConfig config) {
        var pool =
                config.pool().toBuilder().startMode(StartMode.LAZY).minIdle(0).build();
        return config.withPool(pool);
    }

    private static int exitCode(List<Checked> all, List<ResourceCheck> others) {
        if (all.stream().anyMatch(checked -> UNREACHABLE.contains(checked.report.verdict()))
                || others.stream().anyMatch(ResourceCheck::unreachable)) {
            return ExitCode.UNREACHABLE;
        }
        return healthy(all, others) ? ExitCode.DONE : ExitCode.PROBLEMS;
    }

    private static boolean healthy(List<Checked> all, List<ResourceCheck> others) {
        return all.stream().allMatch(checked -> checked.report.healthy())
                && others.stream().allMatch(ResourceCheck::healthy);
    }

    private static Map<String, Object> json(List<Checked> all, List<ResourceCheck> others) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("healthy", healthy(all, others));
        result.put("databases", all.stream().map(HealthText::json).toList());
        result.put("parts", others.stream().map(ResourceCheck::json).toList());
        return result;
    }

    private static String text(List<Checked> all, List<ResourceCheck> others) {
        return Stream.concat(all.stream().map(HealthText::of), others.stream().map(ResourceCheck::text))
                .collect(Collectors.joining("\n\n"));
    }

    /** One database as it was found. */
    record Checked(DatabaseConfig config, HealthReport report, long failedCalls) {

        static Checked of(Database database) {
            var report = database.checkHealth();
            return new Checked(database.config(), report, database.counters().failed());
        }
    }
}
