// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.TopState.Wish;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a running server on the whole screen, live. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description = {
            "Show pools, statements, leases, alerts and events of a running serve on the whole screen, live.",
            "Keys: s l a e choose the table, o sorts, d takes the next database, up and down select a lease,",
            "c cancels what it runs (with the admin token), q ends.",
            "Where the output is no terminal, or TERM=dumb, it prints all of it once. Exit 4: no server answers at first."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class TopCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    TopCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        var client = options.client(terminal);
        var first = TopState.look(client, Wish.FIRST);
        if (!canDraw()) {
            TopView.snapshot(first, client.server().toString(), terminal.columns())
                    .forEach(terminal.out()::println);
            return ExitCode.DONE;
        }
        try (var screen = TerminalBuilder.builder()
                .system(true)
                .jni(false)
                .ffm(false)
                .exec(true)
                .build()) {
            return new TopScreen(screen, client, first, terminal.colored()).run();
        }
    }

    private boolean canDraw() {
        var kind = terminal.environment().getOrDefault("TERM", "dumb");
        return terminal.tty().asks() && terminal.columns() > 0 && !kind.equals("dumb") && !kind.isEmpty();
    }
}
