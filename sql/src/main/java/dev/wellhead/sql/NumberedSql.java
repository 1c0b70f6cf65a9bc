// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A statement as PostgreSQL itself has it: with numbers for the question marks of JDBC. */
public final class NumberedSql {

    private static final Set<String> PLANNED =
            Set.of("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES");

    private NumberedSql() {}

    /**
     * The statement with {@code $1}, {@code $2} ... for each {@code ?}, and {@code ?} for {@code ??}, so that it may
     * stand behind {@code EXPLAIN}.
     *
     * @return empty unless the text is one single statement that has a plan, for anything behind it would be run
     */
    public static Optional<String> of(String jdbcSql) {
        var numbered = new StringBuilder(jdbcSql.length() + 8);
        var lexer = new SqlLexer(jdbcSql);
        int count = 0;
        int end = 0;
        try {
            for (var token = lexer.next(); token.kind() != TokenKind.END; token = lexer.next()) {
                if (end == 0 && !isPlanned(jdbcSql, token)) {
                    return Optional.empty();
                }
                numbered.append(' ');
                if (end == token.start()) {
                    numbered.setLength(numbered.length() - 1);
                }
                switch (token.kind()) {
                    case SEMICOLON -> {
                        return lexer.next().kind() == TokenKind.END
                                ? Optional.of(numbered.toString().strip())
                                : Optional.empty();
                    }
                    case QUESTION -> numbered.append('$').append(++count);
                    case DOUBLE_QUESTION -> numbered.append('?');
                    default -> numbered.append(jdbcSql, token.start(), token.end());
                }
                end = token.end();
            }
        } catch (IllegalArgumentException neverEnds) {
            return Optional.empty();
        }
        return end == 0 ? Optional.empty() : Optional.of(numbered.toString().strip());
    }

    private static boolean isPlanned(String sql, Token first) {
        return first.kind() == TokenKind.WORD
                && PLANNED.contains(sql.substring(first.start(), first.end()).toUpperCase(Locale.ROOT));
    }
}
