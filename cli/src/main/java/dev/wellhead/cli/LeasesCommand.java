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

/** Shows who holds which connection of a running server. */
@Command(
        name = "leases",
        mixinStandardHelpOptions = true,
        description = {
            "Show who holds which connection of a running serve, since when, running what.",
            "Exit 4: no server answers."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class LeasesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    @Option(names = "--database", paramLabel = "NAME", description = "Only of this database.")
    private @Nullable String database;

    @Option(names = "--json", description = "Print what the server answered.")
    private boolean json;

    LeasesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var answer = options.client(terminal).get("/api/leases", Map.of("database", Optional.ofNullable(database)));
        terminal.out()
                .println(
                        json
                                ? SafeText.json(answer.text())
                                : DeskText.text(
                                        DeskText.leases(answer.json()), terminal.columns(), "no connection is held"));
        return ExitCode.DONE;
    }
}
