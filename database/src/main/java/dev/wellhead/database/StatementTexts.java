// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.sql.SqlText;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The texts of statements as they were understood, so that a text is parsed once. Any thread may call.
 *
 * <h2>Bound</h2>
 *
 * Two generations of at most {@value #MOST} texts and about {@value #MOST_CHARS} characters each, for a text of nothing but
 * question marks takes twenty bytes a character: when the young one is full it becomes the old one, and what is asked for
 * again is taken along. So a program with few texts parses each once or twice, and one that makes new texts
 * without end costs no more than twice that many. Texts longer than {@value #LONGEST} characters are not kept.
 */
final class StatementTexts {

    static final int MOST = 500;
    static final int LONGEST = 16_384;
    static final int MOST_CHARS = 500_000;

    /** @param chars in the young texts, about */
    private record Generation(
            ConcurrentHashMap<String, SqlText> young, ConcurrentHashMap<String, SqlText> old, LongAdder chars) {

        static Generation after(ConcurrentHashMap<String, SqlText> old) {
            return new Generation(new ConcurrentHashMap<>(), old, new LongAdder());
        }

        boolean isFull() {
            return young.size() >= MOST || chars.sum() >= MOST_CHARS;
        }
    }

    private volatile Generation generation = Generation.after(new ConcurrentHashMap<>());

    /**
     * The text, understood.
     *
     * @throws IllegalArgumentException as {@link SqlText#parse}, with the operation
     */
    SqlText of(String operation, String sql) {
        requireGiven(operation, sql);
        var now = generation;
        var known = now.young().get(sql);
        return known != null ? known : older(now, operation, sql);
    }

    private SqlText older(Generation now, String operation, String sql) {
        @Nullable SqlText text = now.old().get(sql);
        if (text == null) {
            text = parse(operation, sql);
        }
        if (sql.length() <= LONGEST) {
            keep(sql, text);
        }
        return text;
    }

    private void keep(String sql, SqlText text) {
        var now = generation;
        if (now.isFull()) {
            var next = Generation.after(now.young());
            // Of two that come here at once the second may drop the texts of the first: they are parsed again.
            generation = next;
            now = next;
        }
        if (now.young().put(sql, text) == null) {
            now.chars().add(sql.length());
        }
    }

    /** How many are kept. */
    int size() {
        var now = generation;
        return now.young().size() + now.old().size();
    }

    private static void requireGiven(String operation, String sql) {
        if (operation == null || operation.isBlank()) {
            throw new IllegalArgumentException("the operation is " + (operation == null ? "null" : "blank")
                    + "; give the call a short constant name, such as \"find-order\": leases, logs and errors show it");
        }
        if (sql == null) {
            throw new IllegalArgumentException("operation \"" + operation + "\": the SQL text is null; give one");
        }
    }

    private static SqlText parse(String operation, String sql) {
        try {
            return SqlText.parse(sql);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("operation \"" + operation + "\": " + e.getMessage(), e);
        }
    }
}
