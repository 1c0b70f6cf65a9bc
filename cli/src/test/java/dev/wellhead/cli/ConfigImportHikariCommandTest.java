// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigImportHikariCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeTheOldFile() throws Exception {
        Files.writeString(folder.resolve("hikari.properties"), """
                jdbcUrl=jdbc:postgresql://db.example.com/shop
                username=app
                password=hunter2
                registerMbeans=true
                threadFactory=x.Y
                """);
    }

    @Test
    void theYamlGoesToStdoutAndTheNotesToStderrWithoutThePassword() {
        var run = CliRun.in(folder, Map.of(), "config", "import-hikari", "hikari.properties");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("\npool.max-size: 10\n").contains("DB_PASSWORD");
        assertThat(run.err()).contains("hikari.properties:5: threadFactory: no counterpart");
        assertThat(run.out() + run.err()).doesNotContain("hunter2");
    }

    @Test
    void whatIsWrittenIsAValidConfigurationAndIsNotOverwrittenUnasked() throws Exception {
        var arguments = new String[] {"config", "import-hikari", "hikari.properties", "--output", "wellhead.yaml"};
        assertThat(CliRun.in(folder, Map.of(), arguments).code()).isZero();
        assertThat(CliRun.in(folder, Map.of("DB_PASSWORD", "x"), "config", "check")
                        .out())
                .isEqualTo("configuration is valid\n");
        Files.writeString(folder.resolve("wellhead.yaml"), "mine: 1\n");
        var second = CliRun.in(folder, Map.of(), arguments);
        assertThat(second.code()).isEqualTo(ExitCode.FAILED);
        assertThat(second.err()).contains("--yes");
        assertThat(folder.resolve("wellhead.yaml")).hasContent("mine: 1\n");
    }

    @Test
    void jsonHoldsTheSame() throws Exception {
        var run = CliRun.in(folder, Map.of(), "config", "import-hikari", "hikari.properties", "--json");
        assertThat(run.json().path("yaml").asText()).contains("pool.max-size: 10");
        assertThat(run.json().path("notes").findValuesAsText("kind")).contains("secret", "no-counterpart");
        assertThat(run.out()).doesNotContain("hunter2");
    }

    @Test
    void aFileThatCannotBeReadEndsWithThree() {
        var run = CliRun.in(folder, Map.of(), "config", "import-hikari", "none.properties");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.err()).contains("does not exist");
    }
}
