// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where statements run: each by itself, or all in one transaction. */
sealed interface Session permits Calls, TransactionSession {

    /**
     * Runs work over a connection; where there is no transaction, each statement is committed by itself.
     *
     * @param effect what it may have left behind when it fails there
     */
    <T extends @Nullable Object> T run(String operation, Effect effect, SqlWork<T> work);

    /** As {@link #run}, for work that the caller calls a query. */
    <T extends @Nullable Object> T query(String operation, Effect effect, SqlWork<T> work);

    /** Runs work that holds together: in the transaction, or in one of its own. */
    <T extends @Nullable Object> T whole(String operation, SqlWork<T> work);

    /** Opens a stream of rows, which holds its connection until it is closed or exhausted. */
    <T extends @Nullable Object> Stream<T> stream(String operation, SqlWork<RowCursor<T>> opening);
}
