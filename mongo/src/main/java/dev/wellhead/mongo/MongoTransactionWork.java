// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import org.jspecify.annotations.Nullable;

/**
 * Work in a transaction, for {@link MongoDatabaseClient#transaction}.
 *
 * @param <T> what it returns; may be nullable
 */
@FunctionalInterface
public interface MongoTransactionWork<T extends @Nullable Object> {

    /**
     * Does it, on the thread of the call. It may run more than once: what it does besides the database belongs into
     * {@link MongoTransaction#afterCommit}.
     */
    T run(MongoTransaction transaction);
}
