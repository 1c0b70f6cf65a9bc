// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code wellhead completion}, in a real bash. */
class CompletionTest {

    @TempDir
    Path folder;

    @Test
    void bashCompletesCommandsAndFlags() throws Exception {
        assertThat(completed("wellhead", "ser")).isEqualTo("serve");
        assertThat(completed("wellhead", "sta")).isEqualTo("statements");
        assertThat(completed("wellhead", "statements", "--ser")).isEqualTo("--server");
        assertThat(completed("wellhead", "admin", "pa")).isEqualTo("pause");
    }

    @Test
    void zshKeepsCompletingTheUsersAliases() {
        assertThat(CliRun.of("completion", "zsh").out())
                .contains("bashcompinit", "alias compopt=complete")
                .doesNotContain("COMPLETE_ALIASES\n");
    }

    @Test
    void otherShellsAreRefusedByName() {
        var run = CliRun.of("completion", "fish");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("fish", "bash, zsh");
    }

    private String completed(String... words) throws Exception {
        var run = CliRun.of("completion", "bash");
        assertThat(run.code()).isZero();
        var script = folder.resolve("completion");
        Files.writeString(script, run.out());
        var line = String.join(" ", words);
        var bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source completion; COMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1)
                                + "; COMP_LINE='" + line + "'; COMP_POINT=${#COMP_LINE}; _complete_wellhead;"
                                + " printf '%s\\n' \"${COMPREPLY[@]}\"")
                .directory(folder.toFile())
                // compopt complains that no key was pressed.
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return out.strip();
    }
}
