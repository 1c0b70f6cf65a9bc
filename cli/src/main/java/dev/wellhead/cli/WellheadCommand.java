// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The top command: holds what all commands share, and does nothing by itself. */
@Command(
        name = "wellhead",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = "The layer between programs and their databases.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration invalid, 4 unreachable,",
            "5 check found problems, 130 interrupted (serve drains instead and ends with 0, or 1 out of time)."
        })
final class WellheadCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show debug messages and the stack trace of a failure.")
    private boolean verbose;

    // Filled by picocli before anything reads it.
    @SuppressWarnings("NullAway.Init")
    WellheadCommand() {}

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See the list below.");
    }
}
