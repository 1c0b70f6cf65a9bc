// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {
    @TempDir
    private Path folder;

    @Test
    void showNamesValueAndOriginAndMasksSecrets() {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app:hunter2@127.0.0.1:5432/shop"),
                "config",
                "show",
                "--set",
                "pool.max-size=7");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("pool.max-size", "7", "DATABASE_URL", "****");
        assertThat(run.out() + run.err()).doesNotContain("hunter2");
    }

    @Test
    void showAsJsonHasTheSame() throws Exception {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app:hunter2@127.0.0.1:5432/shop"),
                "config",
                "show",
                "--json");
        assertThat(run.code()).isZero();
        assertThat(run.json().path("profile").asText()).isEqualTo("local");
        assertThat(run.json().path("settings").findValuesAsText("key")).contains("pool.max-size", "url");
        assertThat(run.out()).doesNotContain("hunter2");
    }

    @Test
    void checkFindsNothingInAGoodConfiguration() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool:\n  max-size: 5\n");
        var run = CliRun.in(folder, Map.of(), "config", "check");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("configuration is valid");
    }

    @Test
    void checkListsAllProblemsWithPlaceAndNearestKey() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool:\n  max-sise: 5\n  acquire-timeout: soon\n");
        var run = CliRun.in(folder, Map.of("DATABASE_URL", "postgresql://"), "config", "check");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.out())
                .contains("wellhead.yaml:2", "max-size", "wellhead.yaml:3", "acquire-timeout", "DATABASE_URL");
        var json = CliRun.in(folder, Map.of(), "config", "check", "--json");
        assertThat(json.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(json.json().path("valid").asBoolean()).isFalse();
        assertThat(json.json().path("problems")).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void commandsThatOpenDatabasesRefuseABadConfigurationBeforeAnythingElse() {
        for (var command : new String[] {"serve", "load", "health"}) {
            var run = CliRun.in(folder, Map.of("DATABASE_URL", "nonsense://x:y:z"), command);
            assertThat(run.code()).as(command).isEqualTo(ExitCode.CONFIG_INVALID);
            assertThat(run.err()).contains("DATABASE_URL").doesNotContain("\tat ");
            assertThat(folder.resolve(".wellhead")).doesNotExist();
        }
    }

    @Test
    void minAboveMaxAndAbsurdSizesAreAllNamed() {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app@127.0.0.1:5432/shop"),
                "load",
                "--set",
                "pool.min-idle=9",
                "--pool-max",
                "4");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.err()).contains("min-idle");
        var negative = CliRun.in(folder, Map.of(), "load", "--pool-max=-3");
        assertThat(negative.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(negative.err()).contains("max-size", "-3");
    }

    @Test
    void fileThatIsNotThereIsNamed() {
        var run = CliRun.in(folder, Map.of(), "config", "check", "--config", "missing.yaml");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.out()).contains("missing.yaml");
    }
}
