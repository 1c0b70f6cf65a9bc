// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What an SQL text does to which tables, in a few words that hold no value: {@code SELECT orders customers}, as OpenTelemetry's
 * semantic conventions for database spans describe {@code db.query.summary}.
 *
 * <p>Words and tables stand in the order of the text, those of subqueries too; names that {@code WITH} introduces are no
 * tables, and functions that give rows neither. It is a label, not a parser: of a text that it does not understand it
 * says the first word.
 *
 * @param operation the first word of the statement, of the main one after {@code WITH}, in capitals; empty where there is
 *     none
 * @param table as written in the text, with its schema; empty where there is none, or more than one
 * @param text at most {@value #LONGEST} characters; empty where there is no word
 */
public record SqlSummary(String operation, String table, String text) {

    /** The longest text, in characters. */
    public static final int LONGEST = 255;

    private static final Set<String> WITH_TABLE_NEXT =
            Set.of("CALL", "COPY", "EXEC", "EXECUTE", "LOCK", "TRUNCATE", "UPDATE");
    private static final Set<String> WITH_FROM = Set.of("DELETE", "SELECT", "UPDATE");
    /** They begin a part of a statement where a bracket opens, or after {@code WITH}. */
    private static final Set<String> PARTS = Set.of("DELETE", "INSERT", "MERGE", "UPDATE", "VALUES");
    /** Between such a word and the name of the table. */
    private static final Set<String> FILLERS = Set.of("EXISTS", "IF", "LATERAL", "NOT", "ONLY", "TABLE");

    private static final Set<String> AFTER_TABLES = Set.of(
            "CROSS",
            "EXCEPT",
            "FETCH",
            "FOR",
            "FULL",
            "GROUP",
            "HAVING",
            "INNER",
            "INTERSECT",
            "JOIN",
            "LEFT",
            "LIMIT",
            "NATURAL",
            "OFFSET",
            "ON",
            "ORDER",
            "RETURNING",
            "RIGHT",
            "SET",
            "UNION",
            "USING",
            "VALUES",
            "WHEN",
            "WHERE",
            "WINDOW");

    /** The summary of a text, in time linear in its length. */
    public static SqlSummary of(String sql) {
        var finder = new Finder(sql, tokens(sql));
        finder.run();
        var text = String.join(" ", finder.words).replace(" ;", ";");
        return new SqlSummary(
                finder.operation,
                finder.tables.size() == 1 ? cut(finder.tables.iterator().next()) : "",
                cut(text));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private static List<Token> tokens(String sql) {
        var lexer = new SqlLexer(sql);
        List<Token> tokens = new ArrayList<>();
        try {
            for (var token = lexer.next(); token.kind() != TokenKind.END; token = lexer.next()) {
                tokens.add(token);
            }
        } catch (IllegalArgumentException neverEnds) {
            // What came before it tells enough.
        }
        return tokens;
    }

    /** Where it is between two brackets. */
    private enum Where {
        /** No word has begun a statement here. */
        OUTSIDE,
        /** {@code FROM} may come. */
        BEFORE_FROM,
        /** Tables stand here, with commas between them. */
        IN_TABLES,
        REST
    }

    /** Goes through the tokens once. */
    private static final class Finder {

        private final String sql;
        private final List<Token> tokens;
        private final List<String> words = new ArrayList<>();
        private final Set<String> tables = new HashSet<>();
        private final Set<String> introduced = new HashSet<>();
        private final Deque<Where> outer = new ArrayDeque<>();
        private Where where = Where.OUTSIDE;
        private String operation = "";
        private boolean isWith;
        private boolean isFirst = true;
        private int at;

        Finder(String sql, List<Token> tokens) {
            this.sql = sql;
            this.tokens = tokens;
        }

        void run() {
            while (at < tokens.size()) {
                switch (tokens.get(at).kind()) {
                    case OPEN -> {
                        outer.push(where);
                        where = Where.OUTSIDE;
                        at++;
                    }
                    case CLOSE -> {
                        where = outer.isEmpty() ? where : outer.pop();
                        at++;
                    }
                    case COMMA -> {
                        at++;
                        if (where == Where.IN_TABLES) {
                            table(true);
                        }
                    }
                    case SEMICOLON -> end();
                    case WORD -> word();
                    default -> at++;
                }
            }
            if (!words.isEmpty() && words.get(words.size() - 1).equals(";")) {
                words.remove(words.size() - 1);
            }
        }

        private void end() {
            at++;
            if (!isFirst) {
                words.add(";");
            }
            outer.clear();
            where = Where.OUTSIDE;
            isWith = false;
            isFirst = true;
        }

        private void word() {
            var word = wordAt(at);
            if (begins(word)) {
                begin(word);
            } else {
                inside(word);
            }
        }

        /** Whether a statement begins here, or a part of one. */
        private boolean begins(String word) {
            if (isFirst || word.equals("SELECT")) {
                return true;
            }
            boolean isPlace = at > 0
                    && (tokens.get(at - 1).kind() == TokenKind.OPEN
                            || (isWith && outer.isEmpty() && tokens.get(at - 1).kind() == TokenKind.CLOSE));
            return isPlace && PARTS.contains(word);
        }

        private void begin(String word) {
            at++;
            if (isFirst && word.equals("WITH")) {
                isFirst = false;
                isWith = true;
                introduce();
                return;
            }
            boolean isMain = isFirst || (isWith && outer.isEmpty());
            isFirst = false;
            words.add(word);
            if (operation.isEmpty() && isMain) {
                operation = word;
            }
            where = WITH_FROM.contains(word) ? Where.BEFORE_FROM : Where.REST;
            if (WITH_TABLE_NEXT.contains(word)) {
                table(false);
            }
        }

        private void inside(String word) {
            at++;
            switch (word) {
                case "FROM" -> {
                    if (where == Where.BEFORE_FROM && !wordAt(at - 2).equals("DISTINCT")) {
                        where = Where.IN_TABLES;
                        table(true);
                    }
                }
                case "JOIN", "USING" -> {
                    if (where != Where.OUTSIDE) {
                        table(true);
                        where = word.equals("JOIN") ? Where.IN_TABLES : where;
                    }
                }
                case "INTO", "TABLE" -> {
                    if (where != Where.OUTSIDE) {
                        table(false);
                    }
                }
                default -> {
                    if (where == Where.IN_TABLES && AFTER_TABLES.contains(word)) {
                        where = Where.REST;
                    }
                    if (isWith && wordAt(at).equals("AS") && outer.isEmpty() && operation.isEmpty()) {
                        introduced.add(word);
                    }
                }
            }
        }

        /** The first name after {@code WITH}; others are found by the {@code AS} behind them. */
        private void introduce() {
            int next = wordAt(at).equals("RECURSIVE") ? at + 1 : at;
            introduced.add(wordAt(next));
            at = next + 1;
        }

        /**
         * The name of a table is next.
         *
         * @param mayCall whether a bracket behind it makes it a function
         */
        private void table(boolean mayCall) {
            while (FILLERS.contains(wordAt(at))) {
                at++;
            }
            int begin = at;
            int end = endOfName(begin);
            if (end < 0) {
                return;
            }
            at = end;
            boolean isCall = mayCall && end < tokens.size() && tokens.get(end).kind() == TokenKind.OPEN;
            var name =
                    sql.substring(tokens.get(begin).start(), tokens.get(end - 1).end());
            if (!isCall && !introduced.contains(name.toUpperCase(Locale.ROOT))) {
                tables.add(name);
                words.add(name);
            }
        }

        /** Where the name ends that begins there, after its last part; -1: there is none. */
        private int endOfName(int begin) {
            int end = begin;
            while (isName(end)) {
                end++;
                if (end + 1 < tokens.size() && textAt(end).equals(".") && isName(end + 1)) {
                    end++;
                } else {
                    return end;
                }
            }
            return -1;
        }

        private boolean isName(int index) {
            return index < tokens.size()
                    && (tokens.get(index).kind() == TokenKind.QUOTED_NAME
                            || (tokens.get(index).kind() == TokenKind.WORD
                                    && !wordAt(index).equals("SELECT")));
        }

        private String textAt(int index) {
            var token = tokens.get(index);
            return sql.substring(token.start(), token.end());
        }

        /** In capitals; empty where there is no word. */
        private String wordAt(int index) {
            return index >= 0 && index < tokens.size() && tokens.get(index).kind() == TokenKind.WORD
                    ? textAt(index).toUpperCase(Locale.ROOT)
                    : "";
        }
    }
}
