// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.ConfigLoader.Sources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the files of a configuration and reads them. */
final class ConfigFiles {

    static final String YAML = "wellhead.yaml";
    static final String PROPERTIES = "wellhead.properties";
    static final String DOTENV = ".env";

    private static final String OTHER_YAML = "wellhead.yml";

    private final Sources sources;
    private final Statements statements;

    ConfigFiles(Sources sources, Statements statements) {
        this.sources = sources;
        this.statements = statements;
    }

    /** The files that such a configuration is read from, whether they are there or not. */
    static List<Path> of(Sources sources, WellheadConfig config) {
        var folder = sources.directory();
        var files = new LinkedHashSet<Path>();
        sources.file()
                .ifPresentOrElse(
                        files::add, () -> files.addAll(List.of(folder.resolve(YAML), folder.resolve(PROPERTIES))));
        files.add(folder.resolve(DOTENV));
        var named = new HashSet<String>();
        for (var database : config.databases()) {
            Keys.FILES
                    .keySet()
                    .forEach(key -> named.add(Said.Slot.of(database.name(), key).text()));
        }
        named.addAll(Sections.files().keySet());
        config.settings().stream()
                .filter(setting ->
                        named.contains(setting.key()) && !setting.value().isEmpty())
                .forEach(setting -> files.add(folder.resolve(setting.value().strip())));
        return List.copyOf(files);
    }

    /** Reads the file that was given, else the one of the folder, if there is one. */
    void file() {
        if (sources.file().isPresent()) {
            keyed(sources.file().get(), sources.file().get().toString());
            return;
        }
        if (isThere(YAML) && isThere(PROPERTIES)) {
            statements.problem(Problem.error(
                    YAML + " and " + PROPERTIES, "", "", "both stand in the folder", "keep one of the two files"));
        }
        if (isThere(OTHER_YAML) && !isThere(YAML)) {
            var fix = isThere(PROPERTIES) ? "remove it, or " + PROPERTIES : "rename it to " + YAML;
            statements.problem(Problem.warning(OTHER_YAML, "", "", "is not read", fix));
        }
        // Of two, both are read all the same, so that all problems are found at once.
        for (var name : new String[] {YAML, PROPERTIES}) {
            if (isThere(name)) {
                keyed(sources.directory().resolve(name), name);
            }
        }
    }

    /** What {@code .env} says; nothing if there is none. */
    Map<String, VariableSource.Variable> dotEnv() {
        if (!isThere(DOTENV)) {
            return Map.of();
        }
        return text(sources.directory().resolve(DOTENV), DOTENV)
                .map(text -> DotEnvFile.parse(text, DOTENV, statements))
                .orElse(Map.of());
    }

    private boolean isThere(String name) {
        return Files.exists(sources.directory().resolve(name));
    }

    private void keyed(Path file, String shown) {
        boolean properties = file.toString().toLowerCase(Locale.ROOT).endsWith(".properties");
        text(file, shown).ifPresent(text -> {
            if (properties) {
                PropertiesFile.read(text, shown, statements);
            } else {
                YamlFile.read(text, shown, statements);
            }
        });
    }

    private Optional<String> text(Path file, String shown) {
        try {
            return Optional.of(TextFile.read(file));
        } catch (BadValueException unreadable) {
            statements.problem(Problem.error(shown, "", "", unreadable.rule(), unreadable.fix()));
            return Optional.empty();
        }
    }
}
