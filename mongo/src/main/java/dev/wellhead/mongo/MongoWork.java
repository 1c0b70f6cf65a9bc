// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

/**
 * Work on a database, for {@link MongoDatabaseClient#query} and {@link MongoDatabaseClient#update}.
 *
 * @param <T> what it returns; may be nullable
 */
@FunctionalInterface
public interface MongoWork<T extends @Nullable Object> {

    /**
     * Does it, on the thread of the call. Cursors are to be read to their end, or closed, before it returns.
     *
     * @param database with the rest of the call's limit as its timeout, where the call has one
     */
    T run(MongoDatabase database);
}
