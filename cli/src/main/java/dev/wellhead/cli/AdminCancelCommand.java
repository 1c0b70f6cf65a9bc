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

/** Cancels a statement that runs. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = {"Cancel the statement that a lease runs now."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminCancelCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    @Option(
            names = "--connection",
            paramLabel = "ID",
            required = true,
            description = "The connection, by its number in leases.")
    private long connection;

    @Option(
            names = "--lease",
            paramLabel = "N",
            description = "Only while this lease holds it, by lease in leases --json.")
    private @Nullable Integer lease;

    AdminCancelCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, Object> more =
                lease == null ? Map.of("connectionId", connection) : Map.of("connectionId", connection, "lease", lease);
        options.act(terminal, "cancel", "Cancel what connection " + connection + " runs", more, Duration.ZERO);
        return ExitCode.DONE;
    }
}
