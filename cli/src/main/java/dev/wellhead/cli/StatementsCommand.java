// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the statements of one database of a running server, by what they cost. */
@Command(
        name = "statements",
        mixinStandardHelpOptions = true,
        description = {
            "Show the statements of one database of a running serve by what they cost.",
            "Then the last slow ones, and who held connections without using them.",
            "Exit 4: no server answers."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class StatementsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    @Option(
            names = "--database",
            paramLabel = "NAME",
            description = "Which database; needed where there are several and none is called default.")
    private @Nullable String database;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            description = "run (all time on the database; this is the default), waited, held, mean, p99, calls, rows"
                    + " or errors.")
    private @Nullable String sort;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many of each; ${DEFAULT-VALUE}.")
    private String limit;

    @Option(names = "--json", description = "Print what the server answered.")
    private boolean json;

    StatementsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var answer = options.client(terminal)
                .get(
                        "/api/statements",
                        Map.of(
                                "database",
                                Optional.ofNullable(database),
                                "sort",
                                Optional.ofNullable(sort),
                                "limit",
                                Optional.of(limit)));
        terminal.out()
                .println(json ? SafeText.json(answer.text()) : DeskText.statements(answer.json(), terminal.columns()));
        return ExitCode.DONE;
    }
}
