// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import org.jline.utils.WCWidth;

/**
 * Foreign text made fit for a terminal. Texts of statements, names of applications and what a server answers may hold
 * anything: sequences that move the cursor, set the title or type for the user, marks that turn the direction of reading.
 */
final class SafeText {
    private static final String CUT = "...";
    private static final char INSTEAD = '?';

    private SafeText() {}

    /** On one line, each run of white space as one space, and a {@code ?} for each character that does not show itself. */
    static String line(String text) {
        var safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = text.codePointAt(i);
            if (Character.isWhitespace(point) || Character.isSpaceChar(point)) {
                if (!safe.isEmpty() && safe.charAt(safe.length() - 1) != ' ') {
                    safe.append(' ');
                }
            } else if (acts(point)) {
                safe.append(INSTEAD);
            } else {
                safe.appendCodePoint(point);
            }
        }
        return safe.toString().stripTrailing();
    }

    /** JSON that means the same, with such characters as escapes, which they can only be inside of its strings. */
    static String json(String json) {
        var safe = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char each = json.charAt(i);
            boolean isPair = i + 1 < json.length() && Character.isSurrogatePair(each, json.charAt(i + 1));
            int point = isPair ? json.codePointAt(i) : each;
            if (point != '\n' && point != '\t' && point != '\r' && acts(point)) {
                for (char part : Character.toChars(point)) {
                    safe.append(String.format("\\u%04x", (int) part));
                }
            } else {
                safe.appendCodePoint(point);
            }
            i += isPair ? 1 : 0;
        }
        return safe.toString().strip();
    }

    private static boolean acts(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** Columns that a safe text takes on a terminal. */
    static int width(String text) {
        return text.codePoints()
                .map(point -> Math.max(0, WCWidth.wcwidth(point)))
                .sum();
    }

    /** A safe text cut to so many columns, with dots where something is left out. */
    static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        int room = Math.max(0, columns - CUT.length());
        var kept = new StringBuilder();
        int taken = 0;
        for (int point : text.codePoints().toArray()) {
            taken += Math.max(0, WCWidth.wcwidth(point));
            if (taken > room) {
                break;
            }
            kept.appendCodePoint(point);
        }
        return kept.append(CUT, 0, Math.min(columns, CUT.length())).toString();
    }

    /** A safe text cut or filled with spaces to exactly so many columns. */
    static String fill(String text, int columns, boolean right) {
        var cut = cut(text, columns);
        var spaces = " ".repeat(Math.max(0, columns - width(cut)));
        return right ? spaces + cut : cut + spaces;
    }
}
