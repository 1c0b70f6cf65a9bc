// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds the placeholders of an SQL text. Used once. */
final class SqlParser {
    private static final Token BEGIN = new Token(TokenKind.END, 0, 0);

    /** A question mark after one of these, or before one of the others, stands for a value. */
    private static final Set<String> BEFORE_A_VALUE = Set.of(
            "AND",
            "OR",
            "NOT",
            "WHERE",
            "HAVING",
            "ON",
            "IN",
            "LIKE",
            "ILIKE",
            "BETWEEN",
            "IS",
            "SELECT",
            "FROM",
            "SET",
            "VALUES",
            "RETURNING",
            "BY",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "WHEN",
            "THEN",
            "ELSE",
            "CASE");

    private static final Set<String> AFTER_A_VALUE = Set.of(
            "AND",
            "OR",
            "FROM",
            "WHERE",
            "HAVING",
            "GROUP",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "UNION",
            "RETURNING",
            "WHEN",
            "THEN",
            "ELSE",
            "END",
            "AS",
            "ASC",
            "DESC",
            "IN",
            "IS",
            "LIKE",
            "ILIKE",
            "BETWEEN");

    /** What an operator may have next to its question mark: {@code ?| ?& ?# ?- @?}. */
    private static final String OPERATOR_AFTER = "|&#-";

    /** A placeholder or a question mark, with its neighbours. */
    private record Found(Token before, Token token, Token after, boolean inList) {}

    private final String sql;
    private final List<Found> found = new ArrayList<>();
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final List<Mark> marks = new ArrayList<>();

    /** For each open bracket, whether it is that of {@code IN (..)}. */
    private final BitSet lists = new BitSet();

    private int depth;

    SqlParser(String sql) {
        this.sql = sql;
    }

    /** Fills {@link #marks} and {@link #names}. */
    void parse() {
        findAll();
        var named = found.stream()
                .filter(one -> one.token.kind() == TokenKind.NAMED)
                .findFirst();
        for (var one : found) {
            if (named.isPresent()) {
                addOfNamedText(one, named.get().token);
            } else {
                marks.add(new Mark(one.token.start(), one.token.end(), marks.size(), one.inList));
            }
        }
        requireFewEnough();
    }

    /** In the order of the text. */
    Mark[] marks() {
        return marks.toArray(Mark[]::new);
    }

    /** In the order of their first use. */
    List<String> names() {
        return List.copyOf(names.keySet());
    }

    private void findAll() {
        var lexer = new SqlLexer(sql);
        var before = BEGIN;
        boolean isEmpty = true;
        for (var token = lexer.next(); token.kind() != TokenKind.END; ) {
            isEmpty &= token.kind() == TokenKind.SEMICOLON;
            track(before, token);
            var after = lexer.next();
            if (token.kind() == TokenKind.NAMED || token.kind() == TokenKind.QUESTION) {
                found.add(new Found(before, token, after, isElementOfList(before, after)));
            }
            before = token;
            token = after;
        }
        if (isEmpty) {
            throw Place.refuse(sql, 0, "no statement, only blanks and comments; give one");
        }
    }

    private void track(Token before, Token token) {
        if (token.kind() == TokenKind.OPEN) {
            lists.set(++depth, before.isWord(sql, "IN") && sql.charAt(token.start()) == '(');
        } else if (token.kind() == TokenKind.CLOSE) {
            depth = Math.max(0, depth - 1);
        } else if (before.kind() == TokenKind.OPEN && beginsSubquery(token)) {
            lists.clear(depth);
        }
    }

    private boolean beginsSubquery(Token token) {
        return token.isWord(sql, "SELECT")
                || token.isWord(sql, "WITH")
                || token.isWord(sql, "VALUES")
                || token.isWord(sql, "TABLE");
    }

    private boolean isElementOfList(Token before, Token after) {
        return lists.get(depth)
                && (before.kind() == TokenKind.OPEN || before.kind() == TokenKind.COMMA)
                && (after.kind() == TokenKind.CLOSE || after.kind() == TokenKind.COMMA);
    }

    private void addOfNamedText(Found one, Token named) {
        var token = one.token;
        if (token.kind() == TokenKind.NAMED) {
            var name = sql.substring(token.start() + 1, token.end());
            int parameter = names.computeIfAbsent(name, ignored -> names.size());
            marks.add(new Mark(token.start(), token.end(), parameter, one.inList));
            return;
        }
        if (standsForAValue(one)) {
            throw Place.refuse(
                    sql,
                    token.start(),
                    "a ? placeholder beside the named parameter " + sql.substring(named.start(), named.end()) + " at "
                            + Place.of(sql, named.start()) + "; use one style, either ? or :name");
        }
        marks.add(new Mark(token.start(), token.end(), Mark.OPERATOR, false));
    }

    /** Whether a question mark cannot be an operator, because it has no operand on one side. */
    private boolean standsForAValue(Found one) {
        boolean hasRight = switch (one.after.kind()) {
            case END, CLOSE, COMMA, SEMICOLON, CAST -> false;
            case WORD -> !AFTER_A_VALUE.contains(wordOf(one.after));
            default -> true;
        };
        if (!hasRight) {
            return true;
        }
        boolean isPartOfOperator = (one.token.start() > 0 && sql.charAt(one.token.start() - 1) == '@')
                || OPERATOR_AFTER.indexOf(sql.charAt(one.token.end())) >= 0;
        if (isPartOfOperator) {
            return false;
        }
        return switch (one.before.kind()) {
            case END, OPEN, COMMA, SEMICOLON, SYMBOL -> true;
            case WORD -> BEFORE_A_VALUE.contains(wordOf(one.before));
            default -> false;
        };
    }

    private String wordOf(Token token) {
        return sql.substring(token.start(), token.end()).toUpperCase(Locale.ROOT);
    }

    private void requireFewEnough() {
        long placeholders = marks.stream().filter(mark -> !mark.isOperator()).count();
        if (placeholders > SqlText.MAX_PARAMETERS) {
            throw SqlText.tooMany(sql, marks.get(marks.size() - 1).start(), placeholders);
        }
    }
}
