// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the alerts of a running server. */
@Command(
        name = "alerts",
        mixinStandardHelpOptions = true,
        description = {
            "Show the alerts of a running serve that are pending or firing, then those that are over.",
            "Exit 4: no server answers."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AlertsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    @Option(names = "--json", description = "Print what the server answered.")
    private boolean json;

    AlertsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var answer = options.client(terminal).get("/api/alerts", Map.of());
        terminal.out()
                .println(
                        json
                                ? SafeText.json(answer.text())
                                : DeskText.text(
                                        DeskText.alerts(answer.json()),
                                        terminal.columns(),
                                        "no alert since the start"));
        return ExitCode.DONE;
    }
}
