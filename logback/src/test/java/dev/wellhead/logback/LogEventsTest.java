// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table says what the sources write, and nothing else. */
class LogEventsTest {

    private static final Set<String> NOT_PUBLISHED = Set.of("testkit", "benchmarks", "examples");

    /** Anything that looks like a logger's call, so that none is missed for its name. */
    private static final Pattern CALL = Pattern.compile(
            "\\b(\\w+)\\s*\\.\\s*(trace|debug|info|warn|error|atLevel)\\(\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|\\w+)");

    private static final Pattern LOGGER = Pattern.compile("Logger (\\w+) =\\s*LoggerFactory");

    /** A row of the list of events in {@code CallLog}. */
    private static final Pattern LISTED = Pattern.compile("[A-Z_]+\\(\"([^\"]+)\"((?:, Level\\.[A-Z]+)+)\\)[,;]");

    private static final Pattern FIRST_KEY = Pattern.compile(":|\\s+[A-Za-z.-]+=|\\s*\\{}");

    @Test
    void everyEventOfTheSourcesIsInTheTableWithItsLevelsAndTheReverse() throws IOException {
        var table = new TreeMap<String, Set<String>>();
        LogEvents.all()
                .forEach(row -> row.levels()
                        .forEach(level -> table.computeIfAbsent(row.words(), key -> new TreeSet<>())
                                .add(level.name())));
        assertThat(written()).isEqualTo(table);
    }

    @Test
    void everyRowSaysWhatItMeans() {
        assertThat(LogEvents.all()).allSatisfy(row -> {
            assertThat(row.meaning()).endsWith(".").hasSizeGreaterThan(12);
            assertThat(row.levels()).isNotEmpty();
        });
    }

    @Test
    void rowsOfOneEventDifferInWhenTheyCountAndTheOneForAllOthersIsTheLast() {
        LogEvents.all().stream()
                .collect(Collectors.groupingBy(LogEvent::words))
                .values()
                .forEach(rows -> {
                    assertThat(rows).extracting(LogEvent::when).doesNotHaveDuplicates();
                    assertThat(rows.get(rows.size() - 1).when()).isEmpty();
                });
    }

    private static Map<String, Set<String>> written() throws IOException {
        var written = new TreeMap<String, Set<String>>();
        for (var file : sources()) {
            var source = Files.readString(file);
            var loggers = LOGGER.matcher(source)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(loggers).as("loggers of %s", file).isIn(List.of(), List.of("LOG"));
            var calls = CALL.matcher(source);
            while (!loggers.isEmpty() && calls.find()) {
                if (!calls.group(1).equals("LOG")) {
                    continue;
                }
                if (calls.group(2).equals("atLevel")) {
                    assertThat(file.getFileName())
                            .as("decides its levels in a list")
                            .hasToString("CallLog.java");
                    listed(source, written);
                } else {
                    add(written, words(literal(calls.group(3), source, file)), calls.group(2));
                }
            }
        }
        return written;
    }

    private static List<Path> sources() throws IOException {
        var all = new ArrayList<Path>();
        try (var modules = Files.list(Path.of(".."))) {
            for (var module : modules.toList()) {
                var sources = module.resolve("src/main/java");
                if (Files.isDirectory(sources)
                        && !NOT_PUBLISHED.contains(module.getFileName().toString())) {
                    try (var files = Files.walk(sources)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
                    }
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(300);
        return all;
    }

    /** The text of a literal, or of the local variable of that name. */
    private static String literal(String argument, String source, Path file) {
        if (argument.startsWith("\"")) {
            return argument.substring(1, argument.length() - 1);
        }
        var variable = Pattern.compile("var " + argument + " =\\s*\"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(source);
        assertThat(variable.find())
                .as("%s logs %s, which is no literal: its event cannot be looked up", file, argument)
                .isTrue();
        return variable.group(1);
    }

    private static String words(String pattern) {
        var key = FIRST_KEY.matcher(pattern);
        return key.find() ? pattern.substring(0, key.start()) : pattern;
    }

    private static void listed(String source, Map<String, Set<String>> written) {
        var rows = LISTED.matcher(source).results().toList();
        assertThat(rows).hasSizeGreaterThan(5);
        rows.forEach(row -> {
            for (var level : row.group(2).replace("Level.", "").split("[, ]+", -1)) {
                if (!level.isEmpty()) {
                    add(written, row.group(1), level);
                }
            }
        });
    }

    private static void add(Map<String, Set<String>> written, String words, String level) {
        written.computeIfAbsent(words, key -> new TreeSet<>()).add(level.toUpperCase(Locale.ROOT));
    }
}
