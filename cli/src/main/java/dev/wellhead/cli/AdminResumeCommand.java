// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ends a pause or a drain. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = {"End a pause or a drain."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminResumeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    AdminResumeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.act(terminal, "resume", "", Map.of(), Duration.ZERO);
        return ExitCode.DONE;
    }
}
