// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Begins a pool anew. */
@Command(
        name = "reset",
        mixinStandardHelpOptions = true,
        description = {"Begin the pool anew: its connections are replaced, those held when they are given back."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminResetCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    AdminResetCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.act(terminal, "reset", "Replace all connections", Map.of(), Duration.ZERO);
        return ExitCode.DONE;
    }
}
