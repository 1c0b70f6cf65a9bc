// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.HikariImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the settings of a pool of HikariCP in our keys. */
@Command(
        name = "import-hikari",
        mixinStandardHelpOptions = true,
        description = {
            "Write the settings of a HikariCP pool as a wellhead.yaml, and say on stderr what has no counterpart or changed"
                    + " meaning.",
            "Reads a properties file of HikariCP, or spring.datasource of Spring Boot's application.yml or"
                    + " application.properties. Passwords are never written: the notes say how to give them.",
            "Exit 3: the file cannot be read, or HikariCP itself would refuse it."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigImportHikariCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "The file to read.")
    private Path file;

    @Option(names = "--output", paramLabel = "FILE", description = "Write there instead of to stdout.")
    private @Nullable Path output;

    @Option(names = "--yes", description = "Overwrite the output if it is there already.")
    private boolean yes;

    @Option(
            names = "--spring-profile",
            paramLabel = "NAME",
            description = "Also read the documents of the file that are for this profile; may be repeated.")
    private List<String> profiles = List.of();

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigImportHikariCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var result = HikariImport.read(terminal.folder().resolve(file), new LinkedHashSet<>(profiles));
        var target = output == null ? null : terminal.folder().resolve(output).normalize();
        if (target != null) {
            write(target, result.yaml());
        }
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("output", target == null ? "" : target.toString());
            answer.put("yaml", result.yaml());
            answer.put(
                    "notes",
                    result.notes().stream().map(ConfigImportHikariCommand::json).toList());
            terminal.out().println(Json.text(answer));
            return ExitCode.DONE;
        }
        if (target == null) {
            terminal.out().print(result.yaml());
        } else {
            terminal.out().println("wrote " + target);
        }
        result.notes().forEach(terminal.err()::println);
        return ExitCode.DONE;
    }

    private static Map<String, Object> json(HikariImport.Note note) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("kind", note.kind().word());
        answer.put("place", note.place());
        answer.put("key", note.key());
        answer.put("ours", note.ours());
        answer.put("text", note.text());
        return answer;
    }

    private void write(Path target, String text) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !yes) {
            throw new CommandException(
                    ExitCode.FAILED, target + " is there already and was left alone; --yes overwrites it");
        }
        try {
            // Whole beside it first, so that a full disk does not cost the old one.
            var fresh = Files.createTempFile(target.toAbsolutePath().getParent(), target.getFileName() + ".", ".new");
            try {
                Files.writeString(fresh, text);
                Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException failed) {
            throw new CommandException(ExitCode.FAILED, "cannot write " + target + ": " + failed, failed);
        }
    }
}
