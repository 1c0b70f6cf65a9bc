// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Database} and a {@link Transaction} both can do, so that a repository runs on either. On a database each
 * statement is committed by itself; on a transaction all of them together.
 *
 * <p>Every call has the name of its operation, which appears in leases, errors and logs: use a few constant ones,
 * without data in them. A call blocks its thread while it waits for a connection and while it works; virtual threads are
 * welcome.
 *
 * <h2>Parameters</h2>
 *
 * Either question marks and as many values, or names ({@code :name}) and one {@link java.util.Map} or record that holds
 * them; never both. A collection after {@code IN} stands for as many values as it has. Null is SQL's NULL.
 *
 * <p>Text and parameters that do not agree are an {@link IllegalArgumentException}; then nothing was sent and no
 * connection taken. What the database refuses is a {@link DatabaseException}.
 *
 * @see Query how rows become values
 */
public sealed interface SqlExecutor permits Database, Transaction {

    /** The name of the database in logs, errors and metrics. */
    String name();

    /** A reading statement, to be run by what is called on the result. Nothing is sent yet. */
    Query query(String operation, String sql, @Nullable Object... parameters);

    /**
     * The only row, or empty when there is none.
     *
     * @throws TooManyRowsException when there are more
     * @throws DatabaseException when it failed
     */
    default <T> Optional<T> queryOne(String operation, Class<T> type, String sql, @Nullable Object... parameters) {
        return query(operation, sql, parameters).optional(type);
    }

    /**
     * All rows, in memory.
     *
     * @throws DatabaseException when it failed
     */
    default <T> List<T> list(String operation, Class<T> type, String sql, @Nullable Object... parameters) {
        return query(operation, sql, parameters).list(type);
    }

    /**
     * The rows one by one, 1,000 of them in memory at most; open it in try-with-resources. See
     * {@link Query#stream(Class)}.
     *
     * @throws DatabaseException when it failed, now or at any row
     */
    default <T> Stream<T> stream(String operation, Class<T> type, String sql, @Nullable Object... parameters) {
        return query(operation, sql, parameters).stream(type);
    }

    /**
     * Runs reading work over a connection.
     *
     * @throws DatabaseException when it failed
     */
    <T extends @Nullable Object> T query(String operation, SqlWork<T> work);

    /**
     * Runs one writing statement.
     *
     * @return how many rows it changed
     * @throws DatabaseException when it failed
     */
    int update(String operation, String sql, @Nullable Object... parameters);

    /**
     * Runs writing work over a connection.
     *
     * @throws DatabaseException when it failed; {@link DatabaseException#kind()} says whether it may have taken effect
     */
    <T extends @Nullable Object> T update(String operation, SqlWork<T> work);

    /**
     * Inserts one row and returns the key that the database gave it.
     *
     * @param keyColumn the column of the key, as the database spells it
     * @param keyType a simple type, such as {@code Long.class}
     * @throws NoRowException when no row was inserted
     * @throws TooManyRowsException when more than one was inserted; outside of a transaction they stay
     * @throws ResultMappingException when key and type do not agree; outside of a transaction the row stays
     * @throws DatabaseException when it failed
     */
    <K> K insert(String operation, String keyColumn, Class<K> keyType, String sql, @Nullable Object... parameters);

    /**
     * Runs one statement for many rows, all or none: on a database in a transaction of its own, on a transaction as a part
     * of it, which can only be rolled back once the batch has failed, also when its error is caught.
     *
     * @param rows the parameters of each: lists of values in order, all of the same length, or for names maps or
     *     records; none at all does nothing
     * @return how many rows each changed, in order. {@link java.sql.Statement#SUCCESS_NO_INFO} (-2) where the driver sent
     *     several rows as one statement and knows only that all of them were written: PostgreSQL's driver does so with
     *     {@code INSERT ... VALUES}
     * @throws IllegalArgumentException when a row is null or does not fit; nothing was sent
     * @throws DatabaseException when it failed; then no row was changed
     */
    int[] batch(String operation, String sql, List<?> rows);

    /**
     * The row with that id.
     *
     * @param id a value for each id component of the table, in the order of {@link Table#id}
     * @return empty when there is none
     * @throws DatabaseException when it failed
     */
    <T extends Record> Optional<T> find(Table<T> table, Object... id);

    /**
     * Inserts a row, without its generated columns.
     *
     * @return the row as the database has it, generated columns filled
     * @throws DatabaseException when it failed
     */
    <T extends Record> T insert(Table<T> table, T row);

    /**
     * Writes all columns of the row with the same id, but for id and generated columns.
     *
     * @return whether there is such a row
     * @throws DatabaseException when it failed
     */
    <T extends Record> boolean update(Table<T> table, T row);

    /**
     * Deletes the row with that id.
     *
     * @param id a value for each id component of the table, in the order of {@link Table#id}
     * @return whether there was one
     * @throws DatabaseException when it failed
     */
    <T extends Record> boolean delete(Table<T> table, Object... id);

    /**
     * Runs work in one transaction. A {@link Database} begins it, commits when the work returns and rolls back when it
     * throws anything; on a {@link Transaction} the work is a part of that one, which can only be rolled back once the
     * part has thrown, also when its error is caught.
     *
     * @throws DatabaseException when it failed; {@link DatabaseException#kind()} is {@link ErrorKind#AMBIGUOUS} when the
     *     connection broke after COMMIT was sent
     */
    <T extends @Nullable Object> T transaction(String operation, TransactionWork<T> work);

    /**
     * As {@link #transaction}, for work without a result.
     *
     * @throws DatabaseException when it failed
     */
    default void runInTransaction(String operation, TransactionAction work) {
        var unused = transaction(operation, tx -> {
            work.run(tx);
            return true;
        });
    }
}
