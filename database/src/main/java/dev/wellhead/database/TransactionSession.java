// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction, over its connection. */
final class TransactionSession implements Session {

    private final Transaction transaction;
    private final Calls calls;

    TransactionSession(Transaction transaction, Calls calls) {
        this.transaction = transaction;
        this.calls = calls;
    }

    @Override
    public <T extends @Nullable Object> T run(String operation, Effect effect, SqlWork<T> work) {
        transaction.requireOpen(operation);
        long start = calls.clock().getAsLong();
        try {
            return work.run(transaction.connection());
        } catch (SQLException e) {
            var told = calls.told(transaction.connection(), e, start);
            throw calls.retrier().failedInside(transaction.operation(), operation, transaction.own(told), start);
        } finally {
            calls.watchSlow(operation, calls.clock().getAsLong() - start);
        }
    }

    @Override
    public <T extends @Nullable Object> T query(String operation, Effect effect, SqlWork<T> work) {
        return run(operation, effect, work);
    }

    /** As a joined part: half of it may have been done when it fails without the database having noticed. */
    @Override
    public <T extends @Nullable Object> T whole(String operation, SqlWork<T> work) {
        return transaction.transaction(operation, joined -> run(operation, Effect.ATOMIC, work));
    }

    @Override
    public <T extends @Nullable Object> Stream<T> stream(String operation, SqlWork<RowCursor<T>> opening) {
        var cursor = run(operation, Effect.NONE, opening);
        long start = calls.clock().getAsLong();
        return cursor.streamed(
                () -> transaction.requireOpen(operation),
                e -> calls.retrier().failedInside(transaction.operation(), operation, transaction.own(e), start));
    }
}
