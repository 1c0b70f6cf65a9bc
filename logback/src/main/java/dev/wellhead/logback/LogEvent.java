// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import java.util.Set;
import org.slf4j.event.Level;

/**
 * One event that Wellhead writes to its log: a row of {@link LogEvents}.
 *
 * @param words what the line begins with
 * @param when a field and its value, as {@code code=E2001}, for which alone this row counts; empty: for all others
 * @param levels the levels it is written at
 * @param meaning what it means and what to do, the first sentence first
 * @param code the error code that the classic text carries though the line has none; empty: that of the line
 * @param classic the text of the layout {@code classic}, with {@code {field}} for values of the line; empty: it has none
 */
public record LogEvent(String words, String when, Set<Level> levels, String meaning, String code, String classic) {

    /** Copies the levels. */
    public LogEvent {
        levels = Set.copyOf(levels);
    }

    /** A row that counts for all lines of that event and has no classic text. */
    static LogEvent event(String words, String meaning, Level... levels) {
        return new LogEvent(words, "", Set.of(levels), meaning, "", "");
    }

    /** The same with a classic text. */
    LogEvent classic(String text) {
        return new LogEvent(words, when, levels, meaning, code, text);
    }

    /** The same, for lines with that field alone. */
    LogEvent when(String field) {
        return new LogEvent(words, field, levels, meaning, code, classic);
    }

    /** The same with an error code in its classic text. */
    LogEvent code(String text) {
        return new LogEvent(words, when, levels, meaning, text, classic);
    }

    /** Whether the row is meant by a line with those fields. */
    boolean holds(LogLine line) {
        int equals = when.indexOf('=');
        return equals < 0 || when.substring(equals + 1).equals(line.text(when.substring(0, equals)));
    }
}
