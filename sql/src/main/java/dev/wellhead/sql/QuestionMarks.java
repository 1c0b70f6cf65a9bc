// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/** What question marks mean to the driver that gets the text. */
public enum QuestionMarks {
    /** {@code ??} is an operator's question mark, as pgjdbc has it. */
    DOUBLED_FOR_OPERATORS,
    /** Each is a placeholder; operators with a question mark cannot be written. */
    PLACEHOLDERS_ONLY
}
