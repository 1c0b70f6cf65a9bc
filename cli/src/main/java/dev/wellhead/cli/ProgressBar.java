// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.PrintStream;
import java.util.Locale;

/** One line on a terminal that is drawn again and again. Any thread. */
final class ProgressBar {
    private static final int WIDTH = 30;

    private final PrintStream stream;
    private int lastLength;

    ProgressBar(PrintStream stream) {
        this.stream = stream;
    }

    /**
     * Draws over the last drawing.
     *
     * @param done share done, 0 to 1; what lies outside is drawn as the nearer end
     * @param text follows the bar
     */
    synchronized void draw(double done, String text) {
        var line = line(done, text);
        var rest = " ".repeat(Math.max(0, lastLength - line.length()));
        stream.print("\r" + line + rest);
        stream.flush();
        lastLength = line.length();
    }

    /** Wipes the line, so that the result starts at the margin. */
    synchronized void clear() {
        stream.print("\r" + " ".repeat(lastLength) + "\r");
        stream.flush();
        lastLength = 0;
    }

    static String line(double done, String text) {
        double share = Math.max(0, Math.min(1, done));
        int filled = (int) (share * WIDTH);
        return String.format(
                Locale.ROOT,
                "[%s%s] %3d%% %s",
                "#".repeat(filled),
                "-".repeat(WIDTH - filled),
                (int) (share * 100),
                text);
    }
}
