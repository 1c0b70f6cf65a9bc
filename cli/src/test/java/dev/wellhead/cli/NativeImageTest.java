// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written for GraalVM's native-image names only what exists, and all that is looked up by name. */
class NativeImageTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final int FIRST_VIRTUAL = 21;

    @ParameterizedTest
    @ValueSource(strings = {"pool", "drivers", "database"})
    void namesOnlyWhatExists(String module) throws Exception {
        var entries = metadata(module);
        assertThat(entries).isNotEmpty();
        for (var entry : entries) {
            var type =
                    Class.forName(entry.path("name").asText(), false, getClass().getClassLoader());
            if (entry.path("allRecordComponents").asBoolean()) {
                assertThat(type).isRecord();
            }
            assertThat(names(entry.path("fields")))
                    .as("fields of %s", type)
                    .isSubsetOf(Arrays.stream(type.getDeclaredFields())
                            .map(Field::getName)
                            .toList());
            // Thread.isVirtual is looked up on every JDK, and is there from 21 on.
            if (type != Thread.class || Runtime.version().feature() >= FIRST_VIRTUAL) {
                assertThat(methods(entry)).as("methods of %s", type).isSubsetOf(executables(type));
            }
        }
    }

    @Test
    void namesEveryFieldThatIsReachedByVarHandle() throws Exception {
        var pattern = Pattern.compile("findVarHandle\\(\\s*(\\w+)\\.class,\\s*\"(\\w+)\"");
        var used = new TreeSet<String>();
        for (var module : List.of("pool", "drivers", "database", "config")) {
            used.addAll(found(module, pattern, match -> match.group(1) + "." + match.group(2)));
        }
        var listed = new TreeSet<String>();
        for (var module : List.of("pool", "database")) {
            for (var entry : metadata(module)) {
                var type = entry.path("name").asText();
                names(entry.path("fields")).forEach(field -> listed.add(type.replaceFirst(".*\\.", "") + "." + field));
            }
        }
        assertThat(used).isNotEmpty();
        assertThat(listed).isEqualTo(used);
    }

    @Test
    void namesEveryMethodThatReadsRows() throws Exception {
        var pattern = Pattern.compile(" find\\(([\\w.]+)\\.class, \"(\\w+)\"");
        var used = new TreeSet<>(
                found("database", pattern, match -> match.group(1).replace('.', '$') + "." + match.group(2)));
        var listed = new TreeSet<String>();
        for (var entry : metadata("database")) {
            var type = entry.path("name").asText();
            names(entry.path("methods")).forEach(method -> listed.add(type.replaceFirst(".*\\.", "") + "." + method));
        }
        assertThat(used).isNotEmpty();
        assertThat(listed).isEqualTo(used);
    }

    @Test
    void namesEveryClassThatIsHandedToTheDriverByName() throws Exception {
        var pattern = Pattern.compile("getName\\(\\),\\s*(\\w+)\\.class\\.getName\\(\\)");
        var used = new TreeSet<>(found("drivers", pattern, match -> match.group(1)));
        assertThat(used).isNotEmpty();
        assertThat(names(metadata("drivers")).stream().map(name -> name.replaceFirst(".*\\.", "")))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    private JsonNode metadata(String module) throws Exception {
        var path = "META-INF/native-image/dev.wellhead/wellhead-" + module + "/reflect-config.json";
        try (var in = getClass().getClassLoader().getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            return new ObjectMapper().readTree(in);
        }
    }

    private static List<String> found(String module, Pattern pattern, Function<MatchResult, String> name)
            throws Exception {
        var found = new ArrayList<String>();
        try (var files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                pattern.matcher(Files.readString(file)).results().map(name).forEach(found::add);
            }
        }
        return found;
    }

    private static List<String> names(JsonNode entries) {
        var names = new ArrayList<String>();
        entries.forEach(entry -> names.add(entry.path("name").asText()));
        return names;
    }

    private static List<String> methods(JsonNode entry) {
        var methods = new ArrayList<String>();
        for (var method : entry.path("methods")) {
            var types = new ArrayList<String>();
            method.path("parameterTypes").forEach(type -> types.add(type.asText()));
            methods.add(method.path("name").asText() + types);
        }
        return methods;
    }

    private static List<String> executables(Class<?> type) {
        return Stream.<Executable>concat(
                        Arrays.stream(type.getDeclaredConstructors()), Arrays.stream(type.getDeclaredMethods()))
                .map(executable -> (executable instanceof Method ? executable.getName() : "<init>")
                        + Arrays.stream(executable.getParameterTypes())
                                .map(Class::getName)
                                .toList())
                .toList();
    }
}
