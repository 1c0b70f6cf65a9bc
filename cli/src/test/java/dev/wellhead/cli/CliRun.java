// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** One command run inside this JVM, with its exit code and what it wrote. */
record CliRun(int code, String out, String err) {

    static CliRun in(Path folder, Map<String, String> environment, String... arguments) {
        return on(Tty.NONE, folder, environment, arguments);
    }

    /** As if its results went to a terminal of that width; 0: not to one. */
    static CliRun wide(int columns, Path folder, Map<String, String> environment, String... arguments) {
        return on(new Tty(Tty.NONE.input(), false, false, () -> columns), folder, environment, arguments);
    }

    /** As if at a terminal, with a user who types that. */
    static CliRun typing(String typed, Path folder, Map<String, String> environment, String... arguments) {
        var input = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        return on(new Tty(input, true, true, () -> Tty.USUAL_COLUMNS), folder, environment, arguments);
    }

    static CliRun of(String... arguments) {
        return in(Path.of("target"), Map.of(), arguments);
    }

    private static CliRun on(Tty tty, Path folder, Map<String, String> environment, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(stream(out), stream(err), environment, folder, tty);
        int code = new Cli(terminal).run(arguments);
        return new CliRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    JsonNode json() throws JsonProcessingException {
        return Json.read(out);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
