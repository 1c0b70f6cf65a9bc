// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes settings of a running pool. */
@Command(
        name = "reconfigure",
        mixinStandardHelpOptions = true,
        description = {"Change settings of a running database until the server ends; says which need a restart."})
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class AdminReconfigureCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private AdminOptions options;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            required = true,
            description = "A key of the configuration, such as pool.max-size=20. May be repeated.")
    private Map<String, String> settings;

    AdminReconfigureCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.act(terminal, "reconfigure", "", Map.of("settings", settings), Duration.ZERO);
        return ExitCode.DONE;
    }
}
