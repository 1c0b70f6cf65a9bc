// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/**
 * Cuts an SQL text into pieces, one {@link #next} at a time, in time linear in its length.
 *
 * <p>The rules are PostgreSQL's with {@code standard_conforming_strings} on, and backticks. So a backslash escapes only
 * in {@code E''}, comments nest, and {@code #} begins none. Not known: MySQL's backslashes in plain strings and its
 * {@code #} comments, Oracle's {@code q'[..]'}, brackets around names.
 */
final class SqlLexer {
    private final String sql;
    private int position;
    private int brackets;

    SqlLexer(String sql) {
        this.sql = sql;
    }

    /**
     * The next piece; at the end {@link TokenKind#END}, again and again.
     *
     * @throws IllegalArgumentException when a string, name or comment never ends
     */
    Token next() {
        skipBlanksAndComments();
        int start = position;
        var kind = start == sql.length() ? TokenKind.END : scan(sql.charAt(start));
        return new Token(kind, start, position);
    }

    private TokenKind scan(char c) {
        if (isEscapeString(c)) {
            return escapeString();
        }
        if (isNameStart(c)) {
            skipWord();
            return TokenKind.WORD;
        }
        if (isDigit(c)) {
            skipNumber();
            return TokenKind.NUMBER;
        }
        return switch (c) {
            case '\'' -> quoted(c, "string", TokenKind.STRING);
            case '"', '`' -> quoted(c, "quoted name", TokenKind.QUOTED_NAME);
            case '$' -> dollar();
            case ':' -> colon();
            case '?' -> pairOr('?', TokenKind.DOUBLE_QUESTION, TokenKind.QUESTION);
            default -> single(c);
        };
    }

    private TokenKind single(char c) {
        position++;
        return switch (c) {
            case '(' -> TokenKind.OPEN;
            case ')' -> TokenKind.CLOSE;
            case '[' -> {
                brackets++;
                yield TokenKind.OPEN;
            }
            case ']' -> {
                brackets = Math.max(0, brackets - 1);
                yield TokenKind.CLOSE;
            }
            case ',' -> TokenKind.COMMA;
            case ';' -> TokenKind.SEMICOLON;
            default -> TokenKind.SYMBOL;
        };
    }

    private TokenKind pairOr(char second, TokenKind pair, TokenKind alone) {
        boolean isPair = at(position + 1) == second;
        position += isPair ? 2 : 1;
        return isPair ? pair : alone;
    }

    private TokenKind colon() {
        int start = position;
        char following = at(start + 1);
        if (following == ':') {
            position += 2;
            return TokenKind.CAST;
        }
        position++;
        boolean isSlice = brackets > 0 && start > 0 && endsOperand(sql.charAt(start - 1));
        if (isSlice || !isNameStart(following)) {
            return TokenKind.SYMBOL;
        }
        while (isNamePart(at(position))) {
            position++;
        }
        return TokenKind.NAMED;
    }

    /** A quote in the text is written twice. */
    private TokenKind quoted(char quote, String what, TokenKind kind) {
        int start = position;
        int end = start;
        do {
            end = sql.indexOf(quote, end + 1);
            if (end < 0) {
                throw neverEnds(start, what, String.valueOf(quote));
            }
            end++;
        } while (at(end) == quote);
        position = end;
        return kind;
    }

    private boolean isEscapeString(char c) {
        return (c == 'e' || c == 'E') && at(position + 1) == '\'';
    }

    private TokenKind escapeString() {
        int start = position++;
        do {
            escapeStringPart(start);
        } while (isContinued());
        return TokenKind.STRING;
    }

    private void escapeStringPart(int start) {
        position++;
        while (true) {
            char c = at(position);
            if (position >= sql.length()) {
                throw neverEnds(start, "string", "' (in E'..' a backslash escapes the quote after it)");
            }
            if (c == '\\' || (c == '\'' && at(position + 1) == '\'')) {
                position += 2;
            } else if (c == '\'') {
                position++;
                return;
            } else {
                position++;
            }
        }
    }

    /** Whether the string goes on after blanks with a line end among them; then the position is at its next quote. */
    private boolean isContinued() {
        int end = position;
        int ahead = end;
        boolean sawLineEnd = false;
        while (true) {
            char c = at(ahead);
            if (isLineEnd(c)) {
                sawLineEnd = true;
                ahead++;
            } else if (isBlank(c) && ahead < sql.length()) {
                ahead++;
            } else if (sql.startsWith("--", ahead)) {
                ahead = lineEndFrom(ahead);
            } else {
                boolean continues = sawLineEnd && c == '\'';
                position = continues ? ahead : end;
                return continues;
            }
        }
    }

    private TokenKind dollar() {
        int start = position;
        int tagEnd = start + 1;
        if (isNameStart(at(tagEnd))) {
            while (isNamePart(at(tagEnd))) {
                tagEnd++;
            }
        }
        if (at(tagEnd) != '$') {
            position++;
            return TokenKind.SYMBOL;
        }
        var tag = sql.substring(start, tagEnd + 1);
        int end = sql.indexOf(tag, tagEnd + 1);
        if (end < 0) {
            throw neverEnds(start, "dollar quote", tag);
        }
        position = end + tag.length();
        return TokenKind.STRING;
    }

    private void skipWord() {
        while (isNamePart(at(position)) || at(position) == '$') {
            position++;
        }
    }

    private void skipNumber() {
        while (isNamePart(at(position)) || at(position) == '.') {
            position++;
        }
    }

    private void skipBlanksAndComments() {
        while (position < sql.length()) {
            if (isBlank(sql.charAt(position))) {
                position++;
            } else if (sql.startsWith("--", position)) {
                position = lineEndFrom(position);
            } else if (sql.startsWith("/*", position)) {
                skipNestedComment();
            } else {
                return;
            }
        }
    }

    private void skipNestedComment() {
        int start = position;
        int depth = 0;
        do {
            if (position >= sql.length()) {
                throw neverEnds(start, "comment", "*/ (comments nest: one for each /*)");
            }
            if (sql.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (sql.startsWith("*/", position)) {
                depth--;
                position += 2;
            } else {
                position++;
            }
        } while (depth > 0);
    }

    private int lineEndFrom(int from) {
        int end = from;
        while (end < sql.length() && !isLineEnd(sql.charAt(end))) {
            end++;
        }
        return end;
    }

    /** The character there, or NUL behind the end; the text itself has no NUL. */
    private char at(int index) {
        return index < sql.length() ? sql.charAt(index) : '\0';
    }

    private IllegalArgumentException neverEnds(int start, String what, String close) {
        return Place.refuse(sql, start, "the " + what + " that begins here never ends; close it with " + close);
    }

    private static boolean endsOperand(char c) {
        return isNamePart(c) || ")]'\"`$?".indexOf(c) >= 0;
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    static boolean isNamePart(char c) {
        return isNameStart(c) || isDigit(c);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** To PostgreSQL the wide blanks of Unicode are letters. */
    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }
}
