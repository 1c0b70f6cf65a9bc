// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigInitCommandTest {
    @TempDir
    private Path folder;

    @Test
    void writesBothFilesWhichChangeNothing() throws Exception {
        var run = CliRun.in(folder, Map.of(), "config", "init");
        assertThat(run.code()).isZero();
        assertThat(run.out().lines())
                .containsExactly("wrote " + folder.resolve("wellhead.yaml"), "wrote " + folder.resolve(".env.example"));
        assertThat(names()).containsExactlyInAnyOrder("wellhead.yaml", ".env.example");
        Files.copy(folder.resolve(".env.example"), folder.resolve(".env"));
        assertThat(CliRun.in(folder, Map.of(), "config", "check").out()).isEqualTo("configuration is valid\n");
        assertThat(CliRun.in(folder, Map.of(), "config", "show", "--changed").out())
                .endsWith("Every value is its default.\n");
    }

    @Test
    void leavesAloneWhatIsThere() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool.max-size: 5\n");
        var run = CliRun.in(folder, Map.of(), "config", "init");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .startsWith("left alone " + folder.resolve("wellhead.yaml"))
                .contains("wrote ");
        assertThat(run.err()).contains("--yes");
        assertThat(folder.resolve("wellhead.yaml")).hasContent("pool.max-size: 5\n");
        assertThat(folder.resolve(".env.example")).isNotEmptyFile();
    }

    @Test
    void overwritesWhenToldTo() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool.max-size: 5\n");
        var run = CliRun.in(folder, Map.of(), "config", "init", "--yes");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("overwrote ");
        assertThat(folder.resolve("wellhead.yaml")).content().startsWith("# wellhead.yaml");
        assertThat(names()).containsExactlyInAnyOrder("wellhead.yaml", ".env.example");
    }

    @Test
    void aDryRunWritesNothing() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool.max-size: 5\n");
        var run = CliRun.in(folder, Map.of(), "config", "init", "--dry-run", "--dir", "sub/deep");
        assertThat(run.out().lines()).allMatch(line -> line.startsWith("would write "));
        assertThat(CliRun.in(folder, Map.of(), "config", "init", "--dry-run", "--yes")
                        .out())
                .startsWith("would overwrite ");
        assertThat(names()).containsExactly("wellhead.yaml");
        assertThat(folder.resolve("wellhead.yaml")).hasContent("pool.max-size: 5\n");
    }

    @Test
    void writesIntoAnotherFolderWhichItCreates() throws Exception {
        var run = CliRun.in(folder, Map.of(), "config", "init", "--dir", "sub/deep", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.json().path("profile").asText()).isEqualTo("local");
        assertThat(run.json().path("files").findValuesAsText("outcome")).containsExactly("written", "written");
        assertThat(folder.resolve("sub/deep/wellhead.yaml")).isNotEmptyFile();
    }

    @Test
    void aPropertiesFileIsNotJoinedByASecondFile() throws Exception {
        Files.writeString(folder.resolve("wellhead.properties"), "pool.max-size=5\n");
        var run = CliRun.in(folder, Map.of(), "config", "init", "--yes");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("wellhead.properties");
        assertThat(names()).containsExactlyInAnyOrder("wellhead.properties", ".env.example");
        assertThat(CliRun.in(folder, Map.of(), "config", "check").code()).isZero();
    }

    @Test
    void theValuesAreThoseOfTheProfileThatCountsOrWasNamed() throws Exception {
        var remote = Map.of("DATABASE_URL", "postgresql://db.example.com/shop");
        CliRun.in(folder, remote, "config", "init");
        assertThat(folder.resolve("wellhead.yaml")).content().contains("\n#pool.max-size: 50\n");
        CliRun.in(folder, remote, "config", "init", "--yes", "--profile", "edge");
        assertThat(folder.resolve("wellhead.yaml")).content().contains("\n#pool.max-size: 100\n");
        assertThat(folder.resolve(".env.example")).content().contains("\n#DB_POOL_MAX=100\n");
        var unknown = CliRun.in(folder, remote, "config", "init", "--profile", "prod");
        assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("production, edge or local");
    }

    @Test
    void neitherFileHoldsASecretOfTheEnvironment() throws Exception {
        CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app:hunter2@localhost/shop", "DB_PASSWORD", "hunter2"),
                "config",
                "init");
        assertThat(folder.resolve("wellhead.yaml")).content().doesNotContain("hunter2");
        assertThat(folder.resolve(".env.example")).content().doesNotContain("hunter2");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws Exception {
        Files.writeString(folder.resolve("file"), "");
        var run = CliRun.in(folder, Map.of(), "config", "init", "--dir", "file/sub");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .startsWith("wellhead: cannot write: ")
                .contains(folder.resolve("file").toString());
        Files.createDirectory(folder.resolve("wellhead.yaml"));
        var blocked = CliRun.in(folder, Map.of(), "config", "init", "--yes");
        assertThat(blocked.code()).isEqualTo(ExitCode.FAILED);
        assertThat(blocked.err()).contains("is a folder");
    }

    @Test
    void theSchemaIsPrinted() throws Exception {
        var run = CliRun.in(folder, Map.of("DB_PASSWORD", "hunter2"), "config", "schema");
        assertThat(run.code()).isZero();
        assertThat(run.json().path("$schema").asText()).contains("2020-12");
        assertThat(run.out()).doesNotContain("hunter2");
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
