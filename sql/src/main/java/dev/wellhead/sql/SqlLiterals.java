// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/**
 * Shows SQL texts without the values in them, for logs and errors.
 *
 * <p>The rules of quoting are those of {@link SqlText}. So a string in double quotes, which MySQL may allow, is taken for
 * a name and stays.
 */
public final class SqlLiterals {

    private static final String HIDDEN = "?";
    private static final String CUT = " ...";

    private SqlLiterals() {}

    /**
     * The text with {@code ?} in place of each string and number, without comments, and with one space where there was
     * room. Time is linear in the length.
     *
     * @param sql may be cut anywhere; from a string, name or comment that never ends nothing is shown
     */
    public static String hide(String sql) {
        var shown = new StringBuilder(sql.length());
        var lexer = new SqlLexer(sql);
        int end = 0;
        try {
            for (var token = lexer.next(); token.kind() != TokenKind.END; token = lexer.next()) {
                if (token.start() > end && !shown.isEmpty()) {
                    shown.append(' ');
                }
                end = token.end();
                if (token.kind() == TokenKind.STRING || token.kind() == TokenKind.NUMBER) {
                    shown.append(HIDDEN);
                } else {
                    shown.append(sql, token.start(), end);
                }
            }
        } catch (IllegalArgumentException neverEnds) {
            // Cut off, or not this lexer's SQL: what may be a value is not shown.
            return shown.append(CUT).toString();
        }
        return shown.toString();
    }
}
