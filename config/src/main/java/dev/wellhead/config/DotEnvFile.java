// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code .env}: {@code NAME=value} lines, optionally after {@code export}; comments; values in single quotes as they
 * are, in double quotes with {@code \n \t \" \\ \$}, both over several lines; without quotes up to a {@code #} after white
 * space. Nothing is expanded.
 */
final class DotEnvFile {

    private static final Pattern ASSIGNMENT = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\\s*=[ \\t]*");
    private static final Pattern REST = Pattern.compile("[ \\t]*(?:#[^\\n]*)?(?:\\n|$)");

    private final String text;
    private final String file;
    private final Statements statements;
    private final Map<String, VariableSource.Variable> variables = new LinkedHashMap<>();
    private int at;
    private int line = 1;

    private DotEnvFile(String text, String file, Statements statements) {
        this.text = text;
        this.file = file;
        this.statements = statements;
    }

    static Map<String, VariableSource.Variable> parse(String text, String file, Statements statements) {
        var parser = new DotEnvFile(text.replace("\r\n", "\n"), file, statements);
        while (parser.at < parser.text.length()) {
            parser.line();
        }
        return parser.variables;
    }

    private void line() {
        skipBlanks();
        char first = at < text.length() ? text.charAt(at) : '\n';
        if (first == '\n' || first == '#') {
            skipLine();
            return;
        }
        var assignment = ASSIGNMENT.matcher(text).region(at, text.length());
        int startLine = line;
        if (!assignment.lookingAt()) {
            problem(startLine, "", "is not NAME=value", "write NAME=value, or # before a comment");
            skipLine();
            return;
        }
        var name = assignment.group(1);
        at = assignment.end();
        char quote = at < text.length() ? text.charAt(at) : '\n';
        var value = quote == '"' || quote == '\'' ? quoted(quote) : unquoted();
        if (value == null) {
            problem(startLine, name, "has a quote that is never closed", "close it, or leave out both");
            at = text.length();
            return;
        }
        put(name, value, startLine);
    }

    private void put(String name, String value, int atLine) {
        var earlier = variables.get(name);
        if (earlier != null && !earlier.value().equals(value)) {
            problem(atLine, name, "has another value than at " + earlier.place(), "keep one of the two lines");
            return;
        }
        variables.putIfAbsent(name, new VariableSource.Variable(value, file + ":" + atLine));
    }

    private String unquoted() {
        int end = endOfLine();
        var value = text.substring(at, end);
        int comment = value.startsWith("#") ? 0 : indexOfComment(value);
        skipLine();
        return (comment < 0 ? value : value.substring(0, comment)).strip();
    }

    private static int indexOfComment(String value) {
        for (int i = 1; i < value.length(); i++) {
            if (value.charAt(i) == '#' && Character.isWhitespace(value.charAt(i - 1))) {
                return i;
            }
        }
        return -1;
    }

    /** The text up to the closing quote; null if there is none, or if something stands after it. */
    private @Nullable String quoted(char quote) {
        var value = new StringBuilder();
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != quote) {
            char c = text.charAt(i);
            if (c == '\\' && quote == '"' && i + 1 < text.length()) {
                i++;
                value.append(unescaped(text.charAt(i)));
            } else {
                value.append(c);
            }
            i++;
        }
        var rest = REST.matcher(text).region(Math.min(i + 1, text.length()), text.length());
        if (i >= text.length() || !rest.lookingAt()) {
            return null;
        }
        for (int j = at; j < rest.end(); j++) {
            line += text.charAt(j) == '\n' ? 1 : 0;
        }
        at = rest.end();
        return value.toString();
    }

    private static String unescaped(char c) {
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case '"', '\\', '$', '\'' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private void skipLine() {
        at = Math.min(endOfLine() + 1, text.length());
        line++;
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private void problem(int atLine, String name, String rule, String fix) {
        statements.problem(Problem.error(file + ":" + atLine, name, "", rule, fix));
    }
}
