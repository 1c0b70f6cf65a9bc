// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Closes connections. */
@Command(
        name = "evict",
        mixinStandardHelpOptions = true,
        description = {"Close all idle connections, and those held when they are given back; or one of them."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminEvictCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    @Option(names = "--connection", paramLabel = "ID", description = "Only this one, by its number in leases.")
    private @Nullable Long connection;

    AdminEvictCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, Object> more = connection == null ? Map.of() : Map.of("connectionId", connection);
        var danger = connection == null ? "Close all connections" : "Close connection " + connection;
        options.act(terminal, "evict", danger, more, Duration.ZERO);
        return ExitCode.DONE;
    }
}
