// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A reading statement with its parameters, ready to run. Immutable; nothing is sent before one of {@code list},
 * {@code one}, {@code optional} and {@code stream} is called, and each call runs it again. The array of parameters is
 * not copied: leave it alone until the last call.
 *
 * <p>Each takes a type or a {@link RowMapper}. The type is a record, whose components are found by the names of the
 * columns ({@code created_at} for {@code createdAt}, {@code address_street} for the component {@code street} of
 * {@code address}), or a simple type for a result of one column. All block as the {@link SqlExecutor} does, and throw
 *
 * <ul>
 *   <li>{@link DatabaseException} when the call failed,
 *   <li>{@link ResultMappingException} when result and type do not agree,
 *   <li>{@link IllegalArgumentException} when text and parameters do not agree; then nothing was sent and no connection
 *       taken,
 *   <li>{@link IllegalStateException} on a {@link Database} inside of a transaction of the same thread, and on a
 *       {@link Transaction} that is over.
 * </ul>
 */
public final class Query {

    private final Statements statements;
    private final String operation;
    private final String sql;
    private final @Nullable Object[] parameters;
    private final int fetchSize;

    Query(Statements statements, String operation, String sql, @Nullable Object[] parameters, int fetchSize) {
        this.statements = statements;
        this.operation = operation;
        this.sql = sql;
        this.parameters = parameters;
        this.fetchSize = fetchSize;
    }

    /**
     * The same with another number of rows fetched at once by {@code stream}; default 1,000. A stream holds about that
     * many rows in memory: give few for wide rows. Rows read all at once ({@code list}, {@code one}, {@code optional})
     * are not affected.
     *
     * @param rows at least 1
     * @throws IllegalArgumentException when it is below 1
     */
    public Query fetchSize(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("query \"" + operation + "\": fetchSize=" + rows
                    + " must be at least 1; the default is " + Statements.FETCH_SIZE);
        }
        return new Query(statements, operation, sql, parameters, rows);
    }

    /** All rows, in memory; see {@link #stream(Class)} for many. */
    public <T> List<T> list(Class<T> type) {
        return statements.list(operation, sql, parameters, resultType(type));
    }

    /** All rows, in memory; see {@link #stream(RowMapper)} for many. */
    public <T extends @Nullable Object> List<T> list(RowMapper<T> mapper) {
        return statements.list(operation, sql, parameters, rows -> mapper);
    }

    /**
     * The only row.
     *
     * @throws NoRowException when there is none
     * @throws TooManyRowsException when there are more
     */
    public <T> T one(Class<T> type) {
        return statements.one(operation, sql, parameters, resultType(type));
    }

    /**
     * The only row; null where the mapper makes null of it.
     *
     * @throws NoRowException when there is none
     * @throws TooManyRowsException when there are more
     */
    public <T extends @Nullable Object> T one(RowMapper<T> mapper) {
        return statements.one(operation, sql, parameters, rows -> mapper);
    }

    /**
     * The only row, or empty when there is none.
     *
     * @throws TooManyRowsException when there are more
     */
    public <T> Optional<T> optional(Class<T> type) {
        return statements.optional(operation, sql, parameters, resultType(type));
    }

    /**
     * The only row, or empty when there is none.
     *
     * @param mapper must not make null of a row
     * @throws TooManyRowsException when there are more
     */
    public <T> Optional<T> optional(RowMapper<T> mapper) {
        return statements.optional(operation, sql, parameters, rows -> mapper);
    }

    /**
     * The rows one by one, read by a cursor while they are consumed: memory holds {@link #fetchSize} of them at most.
     * Open it in try-with-resources. On a {@link Database} it holds a connection, in a read-only transaction of its own,
     * until it is closed or was read to its end; one that is neither and can no longer be reached is closed when the
     * garbage collector finds it, with a warning. On a {@link Transaction} it ends with the transaction at the latest.
     *
     * <p>One thread reads it; it is not split for parallel work. It may block at each row. Reading on after it was closed
     * or failed is an {@link IllegalStateException}, so that it never looks like the last row.
     */
    public <T> Stream<T> stream(Class<T> type) {
        return statements.stream(operation, sql, parameters, fetchSize, resultType(type));
    }

    /** As {@link #stream(Class)}, with a mapper. */
    public <T extends @Nullable Object> Stream<T> stream(RowMapper<T> mapper) {
        return statements.stream(operation, sql, parameters, fetchSize, rows -> mapper);
    }

    private <T> ResultType<T> resultType(Class<T> type) {
        return statements.language().resultType(operation, type);
    }

    /** Without SQL and parameters. */
    @Override
    public String toString() {
        return "Query[" + operation + "]";
    }
}
