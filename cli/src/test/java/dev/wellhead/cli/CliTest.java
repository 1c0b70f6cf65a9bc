// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {

    @Test
    void helpIsAResult() {
        var run = CliRun.of("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("serve", "health", "load", "pool", "config", "Exit codes");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void versionIsAResult() {
        var run = CliRun.of("--version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("wellhead ");
    }

    @Test
    void everyCommandExplainsItself() {
        for (var command : new String[][] {{"serve"}, {"health"}, {"load"}, {"pool", "size"}, {"config", "show"}}) {
            var arguments = new String[command.length + 1];
            System.arraycopy(command, 0, arguments, 0, command.length);
            arguments[command.length] = "--help";
            var run = CliRun.of(arguments);
            assertThat(run.code()).as(String.join(" ", command)).isZero();
            assertThat(run.out()).contains("Usage: wellhead " + String.join(" ", command));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serv", "--no-such-flag", "", "load --clients=many", "load --think=5", "serve --port=x"})
    void wrongUsageIsAMessageAndTwo(String line) {
        var run = CliRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("wellhead: ").doesNotContain("\tat ");
    }

    @Test
    void mistypedCommandIsAnsweredWithTheNearest() {
        assertThat(CliRun.of("serv").err()).contains("Did you mean: serve");
        assertThat(CliRun.of("statments").err()).contains("Did you mean: statements");
    }

    @Test
    void flagWithoutItsValueIsNamedOnce() {
        assertThat(CliRun.of("config", "check", "--set", "pool.max-size").err())
                .startsWith("wellhead: Value for option '--set' (KEY=VALUE) should be in KEY=VALUE format");
    }

    @Test
    void impossibleLoadsAreWrongUsage() {
        assertThat(CliRun.of("load", "--clients", "0").code()).isEqualTo(ExitCode.USAGE);
        assertThat(CliRun.of("load", "--clients", "-5").err()).contains("--clients=-5: must be 1 to 10000");
        assertThat(CliRun.of("load", "--queries", "0").code()).isEqualTo(ExitCode.USAGE);
        assertThat(CliRun.of("load", "--for", "0s").code()).isEqualTo(ExitCode.USAGE);
    }
}
