// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Has a running server act; each action is a command of its own. */
@Command(
        name = "admin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Act on the pools of a running serve that has server.admin-token set.",
            "What disturbs callers is asked about first; scripts give --yes. Exit 4: no server answers."
        })
// Picocli fills the fields before run().
@SuppressWarnings("NullAway.Init")
final class AdminCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which action? See the list below.");
    }
}
