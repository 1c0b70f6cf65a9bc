// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes load on a database through the pool and tells how it went. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Make concurrent load on a database through the pool, and tell how it went.",
            "Without a configured database it uses the embedded one, also while serve runs it."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class LoadCommand implements Callable<Integer> {
    private static final int MOST_CLIENTS = 10_000;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--clients", defaultValue = "50", description = "Threads that ask at once; ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--queries", defaultValue = "100", description = "Queries of each client; ${DEFAULT-VALUE}.")
    private long queries;

    @Option(names = "--pool-max", description = "Most connections, instead of the configured number.")
    private @Nullable Integer poolMax;

    @Option(
            names = "--think",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Pause of a client after each query, such as 5ms; none.")
    private @Nullable Duration think;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Go on for so long, whatever the count, such as 30s.")
    private @Nullable Duration length;

    @Option(names = "--database", paramLabel = "NAME", description = "Which database; default or the only one.")
    private @Nullable String database;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    LoadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        var plan = new LoadPlan(clients, queries, think == null ? Duration.ZERO : think, Optional.ofNullable(length));
        LoadResult result;
        try (var opened = OpenDatabases.sharing(loader(), terminal)) {
            var runner = new LoadRunner(target(opened.manager()), plan);
            if (terminal.interactive()) {
                var bar = new ProgressBar(terminal.err());
                result = runner.run(throttled(bar));
                bar.clear();
            } else {
                result = runner.run((share, answered, failed, elapsed) -> {});
            }
        }
        terminal.out().println(json ? Json.text(json(result)) : LoadText.of(plan, result));
        return result.errors() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void check() {
        if (clients < 1 || clients > MOST_CLIENTS) {
            throw wrong("--clients=" + clients + ": must be 1 to " + MOST_CLIENTS);
        }
        if (queries < 1) {
            throw wrong("--queries=" + queries + ": must be at least 1");
        }
        if (length != null && length.isZero()) {
            throw wrong("--for: must be longer than zero");
        }
    }

    private Database target(DatabaseManager manager) {
        if (database == null) {
            return manager.database();
        }
        try {
            return manager.database(database);
        } catch (IllegalArgumentException unknown) {
            throw new ParameterException(spec.commandLine(), String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private ConfigLoader.Builder loader() {
        var loader = options.loader(terminal);
        if (poolMax != null) {
            loader.flag("pool.max-size", poolMax.toString(), "--pool-max");
        }
        return loader;
    }

    // A terminal needs no more than ten drawings a second.
    private static LoadRunner.Progress throttled(ProgressBar bar) {
        var nextMillis = new long[1];
        return (share, answered, failed, elapsed) -> {
            if (elapsed.toMillis() < nextMillis[0]) {
                return;
            }
            nextMillis[0] = elapsed.toMillis() + 100;
            double seconds = Math.max(1e-3, elapsed.toNanos() / 1e9);
            bar.draw(
                    share,
                    String.format(Locale.ROOT, "%d answered, %d errors, %.0f/s", answered, failed, answered / seconds));
        };
    }

    private static Map<String, Object> json(LoadResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("queries", result.queries());
        json.put("errors", result.errors());
        json.put("errorsByKind", result.errorsByKind());
        json.put("queriesPerSecond", LoadText.rounded(result.queriesPerSecond()));
        json.put("latencyMs", result.latencies());
        json.put("pool", LoadText.pool(result));
        return json;
    }
}
