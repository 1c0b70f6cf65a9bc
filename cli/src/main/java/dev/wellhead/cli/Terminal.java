// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What a command sees of the process it runs in: streams, environment and working folder. Results go to {@code out},
 * messages to {@code err}.
 *
 * @param out receives results
 * @param err receives messages and progress
 * @param environment variables by name
 * @param folder the working folder
 * @param tty which of the streams are a terminal
 */
record Terminal(PrintStream out, PrintStream err, Map<String, String> environment, Path folder, Tty tty) {
    private static final int LONGEST_ANSWER = 100;

    /** The streams, environment and folder of this process. */
    static Terminal ofProcess() {
        return new Terminal(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                Path.of("").toAbsolutePath(),
                Tty.ofProcess());
    }

    /** Whether {@code err} is a terminal, so that a progress bar makes sense. */
    boolean interactive() {
        return tty.messages();
    }

    /** Whether colours may be used: on a terminal, unless {@code NO_COLOR} is set. */
    boolean colored() {
        return interactive() && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Width that results have to fit, 0 for any: they go to a file or another program. */
    int columns() {
        return tty.columns().getAsInt();
    }

    /** Asks a question and waits for a line; only {@code y} and {@code yes} are a yes. Ask only where {@link Tty#asks}. */
    boolean confirms(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        var line = new ByteArrayOutputStream();
        try {
            for (int next = tty.input().read();
                    next >= 0 && next != '\n' && line.size() < LONGEST_ANSWER;
                    next = tty.input().read()) {
                line.write(next);
            }
        } catch (IOException e) {
            // The terminal is gone: nobody said yes.
            return false;
        }
        var answer = line.toString(StandardCharsets.UTF_8).strip().toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }
}
