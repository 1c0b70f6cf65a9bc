// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/** Where something is in an SQL text, as people count: line and column, from one. */
final class Place {

    private Place() {}

    /** {@code line:column}; a column is a character as people see it, not half of a surrogate pair. */
    static String of(String sql, int offset) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < offset; i++) {
            char c = sql.charAt(i);
            boolean endsLine = c == '\n' || (c == '\r' && !sql.startsWith("\n", i + 1));
            if (endsLine) {
                line++;
                lineStart = i + 1;
            }
        }
        return line + ":" + (sql.codePointCount(lineStart, offset) + 1);
    }

    /** What is wrong with the text, where, and the mend. */
    static IllegalArgumentException refuse(String sql, int offset, String ruleAndMend) {
        return new IllegalArgumentException("SQL text at " + of(sql, offset) + ": " + ruleAndMend);
    }
}
