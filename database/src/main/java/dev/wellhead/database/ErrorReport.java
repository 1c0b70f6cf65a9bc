// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception as data that may be logged or sent: bounded, whatever it is: less than 64 kB of JSON.
 *
 * <p>It and its causes, the next ones of an {@link SQLException} and the suppressed ones are told, the nearest first, each
 * once, {@value #MOST_ERRORS} at most. A text is cut after {@value #MOST_TEXT} characters, and what looks like a secret in
 * it is masked ({@link Secret#mask}); stacks are left out. An exception whose text cannot be read is told without it.
 *
 * @param errors the exception first
 * @param omitted how many more there were, as far as they were counted
 */
public record ErrorReport(List<Entry> errors, int omitted) {

    private static final int MOST_ERRORS = 16;
    private static final int MOST_COUNTED = 1_000;
    private static final int MOST_TEXT = 500;

    /** What an exception is to the one that led to it. */
    public enum Relation {
        /** The one that was thrown. */
        THROWN,
        /** {@link Throwable#getCause}. */
        CAUSE,
        /** {@link SQLException#getNextException}. */
        NEXT,
        /** {@link Throwable#getSuppressed}. */
        SUPPRESSED
    }

    /**
     * One exception.
     *
     * @param relation what it is to the one that led to it
     * @param type name of its class
     * @param code stable code of a {@link DatabaseException}, such as {@code E2001}; else empty
     * @param sqlState empty where there is none
     * @param vendorCode 0 where there is none
     * @param message masked, and cut where it is long; empty where there is none
     */
    public record Entry(Relation relation, String type, String code, String sqlState, int vendorCode, String message) {}

    /** Copies the list. */
    public ErrorReport {
        errors = List.copyOf(errors);
    }

    private record Found(Throwable error, Relation relation) {}

    /** Tells of that exception; never throws because of what it is. */
    public static ErrorReport of(Throwable error) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var left = new ArrayDeque<Found>();
        left.add(new Found(error, Relation.THROWN));
        var entries = new ArrayList<Entry>();
        int omitted = 0;
        while (!left.isEmpty() && seen.size() < MOST_COUNTED) {
            var next = left.remove();
            if (!seen.add(next.error)) {
                continue;
            }
            if (entries.size() < MOST_ERRORS) {
                entries.add(entry(next));
            } else {
                omitted++;
            }
            follow(next.error, left);
        }
        return new ErrorReport(entries, omitted);
    }

    private static void follow(Throwable error, ArrayDeque<Found> left) {
        add(causeOf(error), Relation.CAUSE, left);
        if (error instanceof SQLException sql) {
            add(sql.getNextException(), Relation.NEXT, left);
        }
        for (var suppressed : error.getSuppressed()) {
            if (left.size() < MOST_COUNTED) {
                add(suppressed, Relation.SUPPRESSED, left);
            }
        }
    }

    private static void add(@Nullable Throwable error, Relation relation, ArrayDeque<Found> left) {
        if (error != null) {
            left.add(new Found(error, relation));
        }
    }

    /** A class may override it, and throw. */
    private static @Nullable Throwable causeOf(Throwable error) {
        try {
            return error.getCause();
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    private static Entry entry(Found found) {
        var error = found.error;
        var sql = error instanceof SQLException known ? known : null;
        var code = "";
        var state = "";
        if (error instanceof DatabaseException known) {
            code = known.code().code();
            state = known.sqlState();
        } else if (sql != null) {
            state = stateOf(sql);
        }
        return new Entry(
                found.relation,
                shown(error.getClass().getName()),
                code,
                shown(state),
                sql == null ? 0 : sql.getErrorCode(),
                messageOf(error));
    }

    private static String stateOf(SQLException error) {
        var state = error.getSQLState();
        return state == null ? "" : state;
    }

    private static String messageOf(Throwable error) {
        try {
            var message = error.getMessage();
            return message == null ? "" : shown(message);
        } catch (RuntimeException | StackOverflowError e) {
            return "(the text cannot be read: " + shown(e.getClass().getName()) + ")";
        }
    }

    /** Masked before it is cut, so that no half of a secret is left; of a huge text only the beginning is looked at. */
    private static String shown(String text) {
        var looked = text.length() <= 4 * MOST_TEXT ? text : text.substring(0, 4 * MOST_TEXT);
        var masked = Secret.mask(looked);
        if (masked.length() <= MOST_TEXT && looked.length() == text.length()) {
            return masked;
        }
        return masked.substring(0, Math.min(masked.length(), MOST_TEXT)) + "... (" + text.length() + " characters)";
    }

    /** As maps and lists of texts and numbers, for any JSON library; unmodifiable. */
    public Map<String, Object> toMap() {
        var list = new ArrayList<Map<String, Object>>();
        for (var entry : errors) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("relation", entry.relation.name());
            one.put("type", entry.type);
            put(one, "code", entry.code);
            put(one, "sqlState", entry.sqlState);
            if (entry.vendorCode != 0) {
                one.put("vendorCode", entry.vendorCode);
            }
            put(one, "message", entry.message);
            list.add(Collections.unmodifiableMap(one));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("errors", Collections.unmodifiableList(list));
        all.put("omitted", omitted);
        return Collections.unmodifiableMap(all);
    }

    private static void put(Map<String, Object> to, String name, String value) {
        if (!value.isEmpty()) {
            to.put(name, value);
        }
    }
}
