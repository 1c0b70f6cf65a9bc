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

/** Shows what a running server advises. */
@Command(
        name = "advise",
        mixinStandardHelpOptions = true,
        description = {
            "Show what to change, from what a running serve has measured: pool size with what another would cost,",
            "time limits, missing indexes, connections held and not used. Nothing where too little was measured.",
            "Exit 4: no server answers."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdviseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    @Option(names = "--database", paramLabel = "NAME", description = "Only this one; else all.")
    private @Nullable String database;

    @Option(names = "--json", description = "Print what the server answered.")
    private boolean json;

    AdviseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var answer = options.client(terminal).get("/api/advice", Map.of("database", Optional.ofNullable(database)));
        if (json) {
            terminal.out().println(SafeText.json(answer.text()));
            return ExitCode.DONE;
        }
        var advice = answer.json().path("advice");
        advice.forEach(each -> terminal.out()
                .println(SafeText.line(each.path("database").asText() + ": "
                        + each.path("kind").asText().replace('_', ' ') + " ("
                        + each.path("confidence").asText() + " confidence): "
                        + each.path("text").asText())));
        if (advice.isEmpty()) {
            terminal.out().println("nothing to advise; what was measured so far is in order, or too little");
        }
        return ExitCode.DONE;
    }
}
