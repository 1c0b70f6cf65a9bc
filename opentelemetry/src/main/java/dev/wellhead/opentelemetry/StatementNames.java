// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.sql.SqlFingerprint;
import dev.wellhead.sql.SqlSummary;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What is made of each text of a statement, remembered for at most {@value #MOST_TEXTS} texts of at most {@value
 * #LONGEST_TEXT} characters: when there are more, all are forgotten and found anew.
 *
 * @param <T> what is made of it
 */
final class StatementNames<T> {

    static final int MOST_TEXTS = 2_000;
    static final int LONGEST_TEXT = 4_096;

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    private static final AttributeKey<String> COLLECTION = AttributeKey.stringKey("db.collection.name");
    private static final AttributeKey<String> SUMMARY = AttributeKey.stringKey("db.query.summary");
    private static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");
    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("db.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private final Function<String, T> make;
    private final Map<String, T> known = new ConcurrentHashMap<>();

    StatementNames(Function<String, T> make) {
        this.make = make;
    }

    T of(String sql) {
        var made = known.get(sql);
        return made == null ? made(sql) : made;
    }

    private T made(String sql) {
        var made = make.apply(sql);
        if (sql.length() <= LONGEST_TEXT) {
            if (known.size() >= MOST_TEXTS) {
                known.clear();
            }
            known.put(sql, made);
        }
        return made;
    }

    /** What the statement is, of few different values. */
    static Attributes attributes(Attributes database, SqlSummary summary) {
        var attributes = database.toBuilder();
        if (!summary.text().isEmpty()) {
            attributes.put(SUMMARY, summary.text());
        }
        if (!summary.operation().isEmpty()) {
            attributes.put(OPERATION, summary.operation());
        }
        if (!summary.table().isEmpty()) {
            attributes.put(COLLECTION, summary.table());
        }
        return attributes.build();
    }

    /** The same with its text, without values. */
    static Attributes withText(Attributes attributes, String sql) {
        return attributes.toBuilder().put(TEXT, SqlFingerprint.of(sql).text()).build();
    }

    /** What went wrong: the SQLSTATE, or the kind of the exception where it has none. Never its text, which may hold values. */
    static AttributesBuilder error(AttributesBuilder attributes, Throwable error) {
        var state = error instanceof SQLException sql ? sql.getSQLState() : null;
        if (state == null || state.isEmpty()) {
            return attributes.put(ERROR, error.getClass().getName());
        }
        return attributes.put(STATUS, state).put(ERROR, state);
    }
}
