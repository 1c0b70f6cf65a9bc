// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/** A piece of an SQL text, from {@code start} to before {@code end}. */
record Token(TokenKind kind, int start, int end) {

    boolean isWord(String text, String word) {
        return kind == TokenKind.WORD
                && end - start == word.length()
                && text.regionMatches(true, start, word, 0, word.length());
    }
}
