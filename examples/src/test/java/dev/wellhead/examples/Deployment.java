// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.Setting;
import dev.wellhead.config.WellheadConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An example of a deployment: its folder, and the environment that its platform would set. */
record Deployment(String name) {

    /** Those that have a SQL database. */
    static final List<String> WITH_SQL = List.of("tiered", "worker", "worker/without-concurrency", "edge", "api");

    /** All of them. */
    static final List<String> ALL = List.of(
            "tiered", "worker", "worker/without-concurrency", "edge", "api", "documents", "documents/development");

    private static final Pattern FIELD = Pattern.compile("(?:^|,)(?:\"([^\"]*)\"|([^,\"]*))");

    /** A row of {@code expected.csv}. */
    record Row(String key, String value, String origin, String unit, String source) {

        static Row of(Setting setting, String source) {
            return new Row(setting.key(), setting.value(), setting.origin(), setting.unit(), source);
        }

        /** As a line of the file. */
        String csv() {
            return String.join(",", List.of(quoted(key), quoted(value), quoted(origin), quoted(unit), quoted(source)));
        }

        private static String quoted(String text) {
            return text.contains(",") ? '"' + text + '"' : text;
        }
    }

    Path folder() {
        return Path.of("deployments").resolve(name).toAbsolutePath();
    }

    /** A loader that sees what the deployed program would see. */
    ConfigLoader.Builder loader() {
        return ConfigLoader.builder().directory(folder()).environment(environment());
    }

    WellheadConfig load() {
        return loader().load();
    }

    Map<String, String> environment() {
        var variables = new LinkedHashMap<String, String>();
        for (var line : lines("environment.example")) {
            if (!line.startsWith("#")) {
                int equals = line.indexOf('=');
                variables.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return variables;
    }

    /** What {@code expected.csv} says, below its head. */
    List<Row> expected() {
        return lines("expected.csv").stream().skip(1).map(Deployment::row).toList();
    }

    private static Row row(String line) {
        var fields = new ArrayList<String>();
        var matcher = FIELD.matcher(line);
        while (matcher.find()) {
            fields.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        if (fields.size() != 5) {
            throw new AssertionError("not five fields: " + line);
        }
        return new Row(fields.get(0), fields.get(1), fields.get(2), fields.get(3), fields.get(4));
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(folder().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
