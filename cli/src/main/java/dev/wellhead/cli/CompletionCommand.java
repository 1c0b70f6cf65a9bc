// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete commands and flags. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Print a script by which a shell completes commands and flags. For this session:",
            "source <(wellhead completion bash)",
            "For good: keep it as ~/.local/share/bash-completion/completions/wellhead, or source it in ~/.zshrc."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class CompletionCommand implements Callable<Integer> {

    /** Shells that read the script; it tells them apart by itself. */
    enum Shell {
        /** Bash 4 or newer. */
        bash,
        /** Zsh, by its bashcompinit. */
        zsh
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println("# For " + shell + ".");
        // In zsh that would be an option of the user's whole shell, after which none of their aliases completes.
        terminal.out()
                .print(AutoComplete.bash("wellhead", spec.root().commandLine())
                        .replace("  setopt COMPLETE_ALIASES\n", ""));
        return ExitCode.DONE;
    }
}
