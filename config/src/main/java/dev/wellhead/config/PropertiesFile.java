// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;

/**
 * Reads {@code wellhead.properties} into keys, each with its line. The format is that of {@link java.util.Properties},
 * which itself is of no use here: it knows no lines, lets the last of two equal keys win and drops a backslash that
 * begins no escape. Here both are problems, and the encoding is UTF-8.
 */
final class PropertiesFile {

    private static final String BLANKS = " \t\f";
    private static final String LITERAL = "\\:=#! \"'";

    private final List<String> lines;
    private final FileEntries entries;
    private int next;

    private PropertiesFile(String text, String file) {
        this.lines = text.lines().toList();
        this.entries = new FileEntries(file);
    }

    static void read(String text, String file, Statements statements) {
        var reader = new PropertiesFile(text, file);
        try {
            reader.read();
            reader.entries.handTo(statements);
        } catch (FileRefusedException refused) {
            statements.problem(reader.entries.refused(refused));
        }
    }

    private void read() throws FileRefusedException {
        while (next < lines.size()) {
            int line = next + 1;
            var first = lines.get(next++).replaceFirst("^[ \\t\\f]+", "");
            if (!first.isEmpty() && "#!".indexOf(first.charAt(0)) < 0) {
                entry(logical(first), line);
            }
        }
    }

    /** The line with those that continue it. */
    private String logical(String first) {
        var text = new StringBuilder(first);
        while (isContinued(text) && next < lines.size()) {
            text.setLength(text.length() - 1);
            text.append(lines.get(next++).replaceFirst("^[ \\t\\f]+", ""));
        }
        return text.toString();
    }

    private static boolean isContinued(CharSequence text) {
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private void entry(String text, int line) throws FileRefusedException {
        int end = endOfKey(text);
        int start = skipBlanks(text, end);
        if (start < text.length() && "=:".indexOf(text.charAt(start)) >= 0) {
            start = skipBlanks(text, start + 1);
        }
        var key = "";
        try {
            key = unescaped(text.substring(0, end));
            var value = unescaped(text.substring(start));
            if (value.isEmpty()) {
                entries.noValue(key, line);
            } else {
                entries.put(key, value, line);
            }
        } catch (BadValueException bad) {
            entries.problem(line, key, bad.rule(), bad.fix());
        }
    }

    private static int endOfKey(String text) {
        int i = 0;
        while (i < text.length() && "=:".indexOf(text.charAt(i)) < 0 && BLANKS.indexOf(text.charAt(i)) < 0) {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, text.length());
    }

    private static int skipBlanks(String text, int from) {
        int i = from;
        while (i < text.length() && BLANKS.indexOf(text.charAt(i)) >= 0) {
            i++;
        }
        return i;
    }

    private static String unescaped(String text) throws BadValueException {
        var result = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\') {
                result.append(c);
            } else if (i < text.length() && text.charAt(i) == 'u') {
                result.append(unicode(text, i + 1));
                i += 5;
            } else {
                result.append(escaped(i < text.length() ? text.charAt(i) : '\0'));
                i++;
            }
        }
        return result.toString();
    }

    private static char escaped(char c) throws BadValueException {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'f' -> '\f';
            default -> {
                if (LITERAL.indexOf(c) < 0) {
                    // Not named: it may be part of a password.
                    throw new BadValueException(
                            "holds a backslash that begins no escape", "write \\\\ for one backslash");
                }
                yield c;
            }
        };
    }

    private static char unicode(String text, int from) throws BadValueException {
        int end = from + 4;
        if (end > text.length() || !text.substring(from, end).matches("[0-9A-Fa-f]{4}")) {
            throw new BadValueException(
                    "holds \\u without four hexadecimal digits after it",
                    "write the character itself (the file is UTF-8), or \\\\u if a backslash was meant");
        }
        return (char) Integer.parseInt(text.substring(from, end), 16);
    }
}
