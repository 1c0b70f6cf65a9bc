// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements of a {@link SqlExecutor}. Text and parameters are put together first, so that what does not agree is
 * refused before a connection is taken.
 */
final class Statements {

    /** Rows fetched at once by a stream that says nothing else. */
    static final int FETCH_SIZE = 1_000;

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private final Session session;
    private final Language language;

    Statements(Session session, Language language) {
        this.session = session;
        this.language = language;
    }

    Language language() {
        return language;
    }

    /** Work of which nothing is known but that its caller calls it a query. */
    <T extends @Nullable Object> T query(String operation, SqlWork<T> work) {
        return session.query(operation, Effect.UNKNOWN, work);
    }

    /** Work of which nothing is known. */
    <T extends @Nullable Object> T update(String operation, SqlWork<T> work) {
        return session.run(operation, Effect.UNKNOWN, work);
    }

    /** A query of one statement, which is remembered when a time limit ends it. */
    private <T extends @Nullable Object> T query(String operation, Effect effect, String jdbcSql, SqlWork<T> work) {
        try {
            return session.query(operation, effect, work);
        } catch (QueryTimeoutException e) {
            language.timeouts().timedOut(jdbcSql, System.nanoTime());
            throw e;
        }
    }

    /** As {@link #query(String, Effect, String, SqlWork)}, of a statement that may write. */
    private <T extends @Nullable Object> T run(String operation, Effect effect, String jdbcSql, SqlWork<T> work) {
        try {
            return session.run(operation, effect, work);
        } catch (QueryTimeoutException e) {
            language.timeouts().timedOut(jdbcSql, System.nanoTime());
            throw e;
        }
    }

    <T extends @Nullable Object> List<T> list(
            String operation, String sql, @Nullable Object[] parameters, ResultType<T> type) {
        var arguments = language.arguments(operation, sql, parameters);
        return query(operation, Effect.ofQuery(arguments.kind()), arguments.sql(), connection -> {
            try (var statement = connection.prepareStatement(arguments.sql())) {
                arguments.bind(statement, language.parameters());
                try (var rows = statement.executeQuery()) {
                    var mapper = type.of(rows);
                    List<T> all = new ArrayList<>();
                    while (rows.next()) {
                        all.add(mapper.map(rows));
                    }
                    return all;
                }
            }
        });
    }

    <T> Optional<T> optional(String operation, String sql, @Nullable Object[] parameters, ResultType<T> type) {
        var arguments = language.arguments(operation, sql, parameters);
        return optional(
                operation,
                Effect.ofQuery(arguments.kind()),
                arguments.sql(),
                s -> arguments.bind(s, language.parameters()),
                type);
    }

    <T> Optional<T> optional(String operation, Effect effect, String jdbcSql, Binding binding, ResultType<T> type) {
        return query(operation, effect, jdbcSql, connection -> {
            try (var statement = connection.prepareStatement(jdbcSql)) {
                binding.bind(statement);
                try (var rows = statement.executeQuery()) {
                    var mapper = type.of(rows);
                    if (!rows.next()) {
                        return Optional.empty();
                    }
                    T value = mapper.map(rows);
                    requireLast(rows);
                    if (value == null) {
                        throw new OwnFault(
                                OwnFault.MAPPING,
                                "the RowMapper made null of a row, which is not the same as no row; ask for one() or"
                                        + " list(), or let it make an Optional");
                    }
                    return Optional.of(value);
                }
            }
        });
    }

    <T extends @Nullable Object> T one(
            String operation, String sql, @Nullable Object[] parameters, ResultType<T> type) {
        var arguments = language.arguments(operation, sql, parameters);
        return query(operation, Effect.ofQuery(arguments.kind()), arguments.sql(), connection -> {
            try (var statement = connection.prepareStatement(arguments.sql())) {
                arguments.bind(statement, language.parameters());
                try (var rows = statement.executeQuery()) {
                    return only(rows, type);
                }
            }
        });
    }

    <T extends @Nullable Object> Stream<T> stream(
            String operation, String sql, @Nullable Object[] parameters, int fetchSize, ResultType<T> type) {
        var arguments = language.arguments(operation, sql, parameters);
        return session.stream(operation, connection -> {
            var statement = connection.prepareStatement(arguments.sql());
            var opened = false;
            try {
                arguments.bind(statement, language.parameters());
                statement.setFetchSize(fetchSize);
                var rows = statement.executeQuery();
                var cursor = new RowCursor<T>(statement, rows, type.of(rows));
                opened = true;
                return cursor;
            } finally {
                if (!opened) {
                    statement.close();
                }
            }
        });
    }

    int update(String operation, String sql, @Nullable Object[] parameters) {
        var arguments = language.arguments(operation, sql, parameters);
        return update(
                operation,
                Effect.ofUpdate(arguments.kind()),
                arguments.sql(),
                s -> arguments.bind(s, language.parameters()));
    }

    int update(String operation, Effect effect, String jdbcSql, Binding binding) {
        return run(operation, effect, jdbcSql, connection -> {
            try (var statement = connection.prepareStatement(jdbcSql)) {
                binding.bind(statement);
                return statement.executeUpdate();
            }
        });
    }

    <K> K insert(String operation, String keyColumn, Class<K> keyType, String sql, @Nullable Object[] parameters) {
        var type = language.resultType(operation, keyType);
        var arguments = language.arguments(operation, sql, parameters);
        return insert(
                operation,
                Effect.ofUpdate(arguments.kind()),
                arguments.sql(),
                s -> arguments.bind(s, language.parameters()),
                new String[] {keyColumn},
                type);
    }

    /** Inserts and reads those columns of the new row back. */
    <T> T insert(
            String operation, Effect effect, String jdbcSql, Binding binding, String[] columns, ResultType<T> type) {
        return run(operation, effect, jdbcSql, connection -> {
            try (var statement = connection.prepareStatement(jdbcSql, columns)) {
                binding.bind(statement);
                statement.executeUpdate();
                try (var rows = statement.getGeneratedKeys()) {
                    return only(rows, type);
                }
            }
        });
    }

    int[] batch(String operation, String sql, List<?> rows) {
        var arguments = language.batch(operation, sql, rows);
        if (rows.isEmpty()) {
            return new int[0];
        }
        return session.whole(operation, connection -> {
            try (var statement = connection.prepareStatement(arguments.sql())) {
                return arguments.run(statement);
            }
        });
    }

    private static <T extends @Nullable Object> T only(ResultSet rows, ResultType<T> type) throws SQLException {
        var mapper = type.of(rows);
        if (!rows.next()) {
            throw new OwnFault(OwnFault.NO_ROW, "the statement gave no row");
        }
        T value = mapper.map(rows);
        requireLast(rows);
        return value;
    }

    private static void requireLast(ResultSet rows) throws SQLException {
        if (rows.next()) {
            throw new OwnFault(OwnFault.TOO_MANY_ROWS, "the statement gave more than one row");
        }
    }
}
