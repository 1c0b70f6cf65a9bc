// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Objects;
import java.util.Optional;

/**
 * How the calls of a {@link Database#with} are made.
 *
 * @param retry how they are tried again; empty: as the database's own
 * @param idempotent whether a query may be run twice though nobody knows whether it ran, because it changes nothing, or
 *     the same however often it runs. Counts for {@code query} and {@code queryOne}, {@code list} and what {@link Query}
 *     does; writes outside of a transaction are never repeated while in doubt
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // A record whose reader asks; the withers take plain values.
public record CallOptions(Optional<RetryPolicy> retry, boolean idempotent) {

    /** As the database is configured; queries count as reading where their text says so. */
    public static final CallOptions DEFAULT = new CallOptions(Optional.empty(), false);

    /** Refuses nulls. */
    public CallOptions {
        Objects.requireNonNull(retry, "retry");
    }

    /** The same with that policy; {@link RetryPolicy#NONE} for one attempt only. */
    public CallOptions withRetry(RetryPolicy other) {
        return new CallOptions(Optional.of(other), idempotent);
    }

    /** The same for queries that may be run twice, or not. */
    public CallOptions withIdempotent(boolean other) {
        return new CallOptions(retry, other);
    }
}
