// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lets nobody acquire until the pool is resumed. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = {"Let nobody acquire until resume: callers wait, those who hold a connection go on."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminPauseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    AdminPauseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.act(terminal, "pause", "Pause the pool", Map.of(), Duration.ZERO);
        return ExitCode.DONE;
    }
}
