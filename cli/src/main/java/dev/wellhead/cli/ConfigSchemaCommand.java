// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the JSON Schema of the file. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        description = "Print the JSON Schema of wellhead.yaml, for completion and checks in an editor.")
final class ConfigSchemaCommand implements Callable<Integer> {
    private final Terminal terminal;

    ConfigSchemaCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().print(ConfigSchema.text());
        return ExitCode.DONE;
    }
}
