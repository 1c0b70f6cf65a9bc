// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the process it runs in: streams, environment and working folder. Results go to {@code out},
 * messages to {@code err}.
 *
 * @param out receives results
 * @param err receives messages and progress
 * @param environment variables by name
 * @param folder the working folder
 * @param interactive whether {@code err} is a terminal, so that a progress bar makes sense
 */
record Terminal(PrintStream out, PrintStream err, Map<String, String> environment, Path folder, boolean interactive) {

    /** The streams, environment and folder of this process. */
    static Terminal ofProcess() {
        return new Terminal(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                Path.of("").toAbsolutePath(),
                errIsTerminal());
    }

    /** Whether colours may be used: on a terminal, unless {@code NO_COLOR} is set. */
    boolean colored() {
        return interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    private static boolean errIsTerminal() {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noProc) {
            // Not Linux: Java does not tell of one stream whether it is a terminal, so no bar is drawn.
            return false;
        }
    }
}
