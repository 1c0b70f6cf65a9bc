// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Isolation;
import java.util.Objects;
import java.util.Optional;

/**
 * How a transaction is begun.
 *
 * @param isolation its isolation; empty: as the connection has it (see {@code isolation} of the pool)
 * @param readOnly whether the database refuses writes in it; with false the setting of the pool stands
 * @param propagation what to do when one is open on the thread already
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // A record whose reader asks; the withers take plain values.
public record TransactionOptions(Optional<Isolation> isolation, boolean readOnly, Propagation propagation) {

    /** The connection's isolation, writes allowed, none inside of another. */
    public static final TransactionOptions DEFAULT =
            new TransactionOptions(Optional.empty(), false, Propagation.REFUSE);

    /** Refuses nulls. */
    public TransactionOptions {
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(propagation, "propagation");
    }

    /** The same with that isolation. */
    public TransactionOptions withIsolation(Isolation other) {
        return new TransactionOptions(Optional.of(other), readOnly, propagation);
    }

    /** The same, read-only or not. */
    public TransactionOptions withReadOnly(boolean other) {
        return new TransactionOptions(isolation, other, propagation);
    }

    /** The same with that propagation. */
    public TransactionOptions withPropagation(Propagation other) {
        return new TransactionOptions(isolation, readOnly, other);
    }
}
