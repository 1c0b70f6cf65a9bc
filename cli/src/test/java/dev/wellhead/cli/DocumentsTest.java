// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.wellhead.testkit.Programs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The documents say what the command does. */
class DocumentsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void cliDocumentIsTheHelpOfAllCommands() throws Exception {
        var text = new StringBuilder("""
                # The wellhead command
                Made from the command's own help; a test fails when this file is stale.
                """);
        append(commands(), text);
        var fresh = Path.of("target", "docs", "cli.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, text);
        assertThat(Files.readString(ROOT.resolve("docs/cli.md")))
                .as("docs/cli.md is stale: copy cli/target/docs/cli.md over it")
                .isEqualTo(text.toString());
    }

    @Test
    void manualPageIsMadeOfTheCommandsAndIsReadByGroff() throws Exception {
        var page = ManPage.of(commands());
        var fresh = Path.of("target", "docs", "wellhead.1");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, page);
        assertThat(Files.readString(ROOT.resolve("docs/wellhead.1")))
                .as("docs/wellhead.1 is stale: copy cli/target/docs/wellhead.1 over it")
                .isEqualTo(page);
        assertThat(page)
                .contains(".SS wellhead statements", "\\fB\\-\\-server\\fR=\\fIURL\\fR")
                .doesNotContain("\n.PP\n.PP");
        var groff = Programs.find("groff");
        if (groff.isPresent()) {
            var run = new ProcessBuilder(groff.get().toString(), "-man", "-Tutf8", "-ww", fresh.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(new String(run.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEmpty();
            assertThat(run.waitFor()).isZero();
        }
    }

    @Test
    void configDocumentNamesEveryKeyAndItsNumbers() throws Exception {
        var document = Files.readString(ROOT.resolve("docs/config.md"));
        var shown = CliRun.in(Path.of("target"), Map.of(), "config", "show", "--json")
                .json();
        var keys = shown.path("settings").findValuesAsText("key");
        assertThat(keys).hasSizeGreaterThan(40);
        var drivers = Files.readString(ROOT.resolve("docs/drivers.md"));
        for (var setting : shown.path("settings")) {
            var key = setting.path("key").asText();
            if (setting.path("origin").asText().equals("driver default")) {
                assertThat(drivers).contains("`" + key.substring(key.lastIndexOf('.') + 1));
            } else {
                assertThat(document).contains("\n| `" + key + "` | ");
            }
            if (setting.path("origin").asText().equals("default")) {
                var row = "| `" + setting.path("key").asText() + "` | ";
                assertThat(document.substring(document.indexOf(row))
                                .lines()
                                .findFirst()
                                .orElseThrow())
                        .contains(setting.path("value").asText());
            }
        }
    }

    @Test
    void everyCommandInReadmeIsOne() throws Exception {
        var lines = Files.readAllLines(ROOT.resolve("README.md")).stream()
                .filter(line -> line.startsWith("./wellhead "))
                .map(line -> line.replaceAll(" +#.*", "").substring("./wellhead ".length()))
                .toList();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(6);
        for (var line : lines) {
            assertThatCode(() -> commands().parseArgs(line.split(" "))).as(line).doesNotThrowAnyException();
        }
    }

    @Test
    void readmeStartsWithTheTwoCommandsAndStaysShort() throws Exception {
        var lines = Files.readAllLines(ROOT.resolve("README.md"));
        assertThat(lines).hasSizeLessThan(150);
        assertThat(String.join("\n", lines.subList(0, 8))).contains("./wellhead serve", "./check");
    }

    private static void append(CommandLine command, StringBuilder text) {
        var bytes = new ByteArrayOutputStream();
        command.usage(new PrintStream(bytes, true, StandardCharsets.UTF_8), Ansi.OFF);
        text.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n```\n");
        text.append(bytes.toString(StandardCharsets.UTF_8).replaceAll("(?m)[ \t]+$", ""));
        text.append("```\n");
        command.getSubcommands().values().forEach(sub -> append(sub, text));
    }

    private static CommandLine commands() {
        var nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Cli(new Terminal(nowhere, nowhere, Map.of(), Path.of("target"), Tty.NONE)).commandLine();
    }
}
