// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Which of a process' streams are a terminal.
 *
 * @param input what somebody types
 * @param asks whether somebody can be asked: {@code input} and the messages are a terminal
 * @param messages whether the messages are a terminal, so that a progress bar makes sense
 * @param columns the width of the terminal that results go to; 0 when they go elsewhere
 */
record Tty(InputStream input, boolean asks, boolean messages, IntSupplier columns) {
    /** Width where a terminal does not tell its own. */
    static final int USUAL_COLUMNS = 80;

    /** None of them is. */
    static final Tty NONE = new Tty(InputStream.nullInputStream(), false, false, () -> 0);

    private static final int NARROWEST = 20;
    private static final int WIDEST = 10_000;

    /** Those of this process. */
    static Tty ofProcess() {
        boolean messages = isTerminal(2);
        return new Tty(System.in, isTerminal(0) && messages, messages, () -> isTerminal(1) ? columns(size()) : 0);
    }

    // Java does not tell of one stream whether it is a terminal. Not Linux: none counts as one.
    private static boolean isTerminal(int descriptor) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noProc) {
            return false;
        }
    }

    // "ROWS COLUMNS", as stty says it; empty when it does not.
    private static String size() {
        try {
            var process = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "";
            }
            try (var said = process.getInputStream()) {
                return new String(said.readNBytes(100), StandardCharsets.UTF_8);
            }
        } catch (IOException none) {
            // No stty, or no terminal to ask.
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** The second number, kept within sensible bounds. */
    static int columns(String size) {
        var parts = size.strip().split("\\s+", -1);
        try {
            int columns = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
            return columns < NARROWEST || columns > WIDEST ? USUAL_COLUMNS : columns;
        } catch (NumberFormatException e) {
            // Not what stty says.
            return USUAL_COLUMNS;
        }
    }
}
