// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lets running work finish and refuses new. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = {
            "Refuse new callers and wait until all connections are given back; resume ends it.",
            "Exit 5: some were still held at the deadline."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminDrainCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long it may take; ${DEFAULT-VALUE}.")
    private Duration deadline;

    AdminDrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var result = options.act(
                terminal,
                "drain",
                "Drain the pool",
                Map.of("deadlineMs", deadline.toMillis()),
                deadline,
                "waits for connections to be given back");
        return result.path("complete").asBoolean() ? ExitCode.DONE : ExitCode.PROBLEMS;
    }
}
