// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of every command that reads the configuration. */
final class DatabaseOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read this file instead of wellhead.yaml in the working folder.")
    private @Nullable Path file;

    @Option(names = "--url", paramLabel = "URL", description = "The database, without a password.")
    private @Nullable String url;

    @Option(names = "--profile", paramLabel = "NAME", description = "production, edge or local.")
    private @Nullable String profile;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any key of the configuration, such as pool.max-size=10. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** A loader that looks where these flags and the terminal's environment and folder say. */
    ConfigLoader.Builder loader(Terminal terminal) {
        var loader = ConfigLoader.builder().environment(terminal.environment()).directory(terminal.folder());
        if (file != null) {
            loader.file(terminal.folder().resolve(file));
        }
        settings.forEach((key, value) -> loader.flag(key, value, "--set " + key));
        Optional.ofNullable(url).ifPresent(value -> loader.flag("url", value, "--url"));
        Optional.ofNullable(profile).ifPresent(value -> loader.flag("profile", value, "--profile"));
        return loader;
    }

    /** Where the embedded PostgreSQL of a working folder keeps its data. */
    static Path embeddedFolder(Terminal terminal) {
        return terminal.folder().resolve(".wellhead");
    }
}
