// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.Arrays;

/**
 * Writes texts for JDBC from their marks.
 *
 * <p>A question mark keeps its distance from another, or two would be one operator, and from a name before it, because
 * drivers put {@code $1} in its place, which could be part of the name.
 */
final class Rendering {

    private Rendering() {}

    /** A text with names and no lists. */
    static JdbcText of(String sql, Mark[] marks) {
        var parameters = Arrays.stream(marks)
                .filter(mark -> !mark.isOperator())
                .mapToInt(Mark::parameter)
                .toArray();
        var text = new StringBuilder(sql.length());
        int copied = 0;
        for (var mark : marks) {
            copy(sql, copied, mark.start(), text);
            append(mark, text);
            copied = mark.end();
        }
        copy(sql, copied, sql.length(), text);
        return new JdbcText(text.toString(), parameters.length, parameters, null);
    }

    /**
     * @param widths for each parameter how many question marks it becomes where it stands, as a list
     * @param sizes for each parameter how many elements it has
     */
    static JdbcText withLists(String sql, Mark[] marks, int[] widths, int[] sizes) {
        int count = Arrays.stream(marks)
                .filter(mark -> !mark.isOperator())
                .mapToInt(mark -> Math.max(1, widths[mark.parameter()]))
                .sum();
        var parameters = new int[count];
        var elements = new int[count];
        var text = new StringBuilder(sql.length() + 3 * count);
        int copied = 0;
        int at = 0;
        for (var mark : marks) {
            copy(sql, copied, mark.start(), text);
            append(mark, text);
            copied = mark.end();
            if (mark.isOperator()) {
                continue;
            }
            int parameter = mark.parameter();
            boolean isList = sizes[parameter] != SqlText.NO_LIST;
            int width = isList ? widths[parameter] : 1;
            for (int i = 0; i < width; i++) {
                text.append(i == 0 ? "" : ", ?");
                parameters[at] = parameter;
                elements[at++] = isList ? Math.min(i, sizes[parameter] - 1) : JdbcText.WHOLE_VALUE;
            }
        }
        copy(sql, copied, sql.length(), text);
        return new JdbcText(text.toString(), count, parameters, elements);
    }

    private static void copy(String sql, int from, int to, StringBuilder text) {
        if (from < to && sql.charAt(from) == '?' && endsWithQuestionMark(text)) {
            text.append(' ');
        }
        text.append(sql, from, to);
    }

    private static void append(Mark mark, StringBuilder text) {
        boolean isClose = !mark.isOperator() && text.length() > 0 && isNamePart(text.charAt(text.length() - 1));
        if (isClose || endsWithQuestionMark(text)) {
            text.append(' ');
        }
        text.append(mark.isOperator() ? "??" : "?");
    }

    private static boolean endsWithQuestionMark(StringBuilder text) {
        return text.length() > 0 && text.charAt(text.length() - 1) == '?';
    }

    private static boolean isNamePart(char c) {
        return c == '$' || SqlLexer.isNamePart(c);
    }
}
