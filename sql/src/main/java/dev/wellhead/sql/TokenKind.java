// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/** What a piece of an SQL text is. Blanks and comments are no pieces. */
enum TokenKind {
    /** A keyword or a name without quotes. */
    WORD,
    /** A name in double quotes or backticks. */
    QUOTED_NAME,
    /** A string of any form, dollar quotes too. */
    STRING,
    NUMBER,
    /** {@code :name}. */
    NAMED,
    /** {@code ?}. */
    QUESTION,
    /** {@code ??}. */
    DOUBLE_QUESTION,
    /** {@code (} or {@code [}. */
    OPEN,
    /** {@code )} or {@code ]}. */
    CLOSE,
    COMMA,
    SEMICOLON,
    /** {@code ::}. */
    CAST,
    /** One character of an operator, or anything else. */
    SYMBOL,
    END
}
