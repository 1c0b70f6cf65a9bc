// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.ConfigTemplate;
import dev.wellhead.config.InvalidConfigException;
import dev.wellhead.config.Profile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes files that hold every key, commented out. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Write wellhead.yaml and .env.example with every key, its meaning, unit and default, all commented out.",
            "A file that is there already is left alone, and the exit code is 1 then, unless --yes is given."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigInitCommand implements Callable<Integer> {
    private static final String YAML = "wellhead.yaml";
    private static final String PROPERTIES = "wellhead.properties";

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(names = "--dir", paramLabel = "DIR", description = "Write there instead of in the working folder.")
    private @Nullable Path folder;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description =
                    "Whose values to write: production, edge or local; else those of the profile that counts now.")
    private @Nullable String profile;

    @Option(names = "--yes", description = "Overwrite files that are there already.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigInitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What became of a file. */
    private enum Outcome {
        WRITTEN,
        OVERWRITTEN,
        KEPT
    }

    @Override
    public Integer call() {
        var target = folder == null
                ? terminal.folder()
                : terminal.folder().resolve(folder).normalize();
        var values = profile();
        var outcomes = new LinkedHashMap<Path, Outcome>();
        try {
            if (!dryRun) {
                Files.createDirectories(target);
            }
            for (var file : files(values).entrySet()) {
                var path = target.resolve(file.getKey());
                outcomes.put(path, write(path, file.getValue()));
            }
        } catch (IOException failed) {
            throw new CommandException(ExitCode.FAILED, "cannot write: " + reason(failed), failed);
        }
        report(values, outcomes);
        return outcomes.containsValue(Outcome.KEPT) ? ExitCode.FAILED : ExitCode.DONE;
    }

    private static Map<String, String> files(Profile values) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(YAML, ConfigTemplate.yaml(values));
        files.put(".env.example", ConfigTemplate.dotEnv(values));
        return files;
    }

    private Profile profile() {
        if (profile != null) {
            return Profile.find(profile)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "--profile must be production, edge or local: " + profile));
        }
        try {
            return ConfigLoader.builder()
                    .environment(terminal.environment())
                    .directory(terminal.folder())
                    .load()
                    .profile();
        } catch (InvalidConfigException invalid) {
            terminal.err()
                    .println("The configuration here is invalid (see wellhead config check), so no profile counts;"
                            + " the values are those of local.");
            return Profile.LOCAL;
        }
    }

    private Outcome write(Path path, String text) throws IOException {
        boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        if ((exists && !yes) || hasOtherForm(path)) {
            return Outcome.KEPT;
        }
        if (dryRun) {
            return exists ? Outcome.OVERWRITTEN : Outcome.WRITTEN;
        }
        if (!exists) {
            try {
                Files.writeString(path, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return Outcome.WRITTEN;
            } catch (FileAlreadyExistsException since) {
                // Somebody else was faster; that file is not ours.
                return Outcome.KEPT;
            }
        }
        if (Files.isDirectory(path)) {
            throw new IOException(path + " is a folder");
        }
        // Written whole beside it first, so that a full disk does not cost the old one.
        var fresh = Files.createTempFile(path.toAbsolutePath().getParent(), path.getFileName() + ".", ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return Outcome.OVERWRITTEN;
    }

    /** Whether the settings stand in a file of the other form already, beside which this one would be an error. */
    private boolean hasOtherForm(Path path) {
        boolean other = path.endsWith(YAML) && Files.exists(path.resolveSibling(PROPERTIES));
        if (other) {
            terminal.err()
                    .println("wellhead: no " + YAML + " beside " + path.resolveSibling(PROPERTIES)
                            + ", because one of the two would have to go");
        }
        return other;
    }

    private static String reason(IOException failed) {
        var kind = failed.getClass() == IOException.class
                ? ""
                : failed.getClass().getSimpleName().replace("Exception", "") + ": ";
        return kind + failed.getMessage();
    }

    private void report(Profile values, Map<Path, Outcome> outcomes) {
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("profile", values.text());
            result.put("dryRun", dryRun);
            result.put(
                    "files",
                    outcomes.entrySet().stream()
                            .map(file -> Map.of(
                                    "path", file.getKey().toString(),
                                    "outcome", file.getValue().name().toLowerCase(Locale.ROOT)))
                            .toList());
            terminal.out().println(Json.text(result));
        } else {
            outcomes.forEach((path, outcome) -> terminal.out().println(words(outcome) + " " + path));
        }
        if (outcomes.containsValue(Outcome.KEPT)) {
            terminal.err().println("wellhead: what is there already was left alone; --yes overwrites a file");
        }
    }

    private String words(Outcome outcome) {
        return switch (outcome) {
            case WRITTEN -> dryRun ? "would write" : "wrote";
            case OVERWRITTEN -> dryRun ? "would overwrite" : "overwrote";
            case KEPT -> dryRun ? "would leave alone" : "left alone";
        };
    }
}
