// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import java.sql.Connection;
import java.util.List;

/** A few books: the same small task for each of the neighbours. Thread-safe; every call may wait for a connection. */
public interface Library extends AutoCloseable {

    /** Adds a book and returns its number. */
    long add(String title);

    /** Adds many books at once, all or none. */
    void addAll(List<String> titles);

    /** The titles that are not lent, in order. */
    List<String> onShelf();

    /**
     * Lends books, all or none, in a transaction of the neighbour's.
     *
     * @throws IllegalStateException when one is not on the shelf
     */
    void lend(String borrower, List<Long> books);

    /**
     * As {@link #lend}, within a transaction that the caller ends.
     *
     * @param transaction the connection of {@link dev.wellhead.database.Database#transaction}
     */
    void lendWithin(Connection transaction, String borrower, List<Long> books);

    @Override
    default void close() {}
}
