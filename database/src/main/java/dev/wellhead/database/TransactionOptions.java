// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.Lane;
import java.util.Objects;
import java.util.Optional;

/**
 * How a transaction is begun.
 *
 * @param isolation its isolation; empty: as the connection has it (see {@code isolation} of the pool)
 * @param readOnly whether the database refuses writes in it; with false the setting of the pool stands
 * @param propagation what to do when one is open on the thread already
 * @param lane the pool's lane that its connection is taken in; see {@link Lane}
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // A record whose reader asks; the withers take plain values.
public record TransactionOptions(
        Optional<Isolation> isolation, boolean readOnly, Propagation propagation, String lane) {

    /** The connection's isolation, writes allowed, none inside of another, in the default lane. */
    public static final TransactionOptions DEFAULT =
            new TransactionOptions(Optional.empty(), false, Propagation.REFUSE, Lane.DEFAULT);

    /** Refuses nulls. */
    public TransactionOptions {
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(propagation, "propagation");
        Objects.requireNonNull(lane, "lane");
    }

    /** The same with that isolation. */
    public TransactionOptions withIsolation(Isolation other) {
        return new TransactionOptions(Optional.of(other), readOnly, propagation, lane);
    }

    /** The same, read-only or not. */
    public TransactionOptions withReadOnly(boolean other) {
        return new TransactionOptions(isolation, other, propagation, lane);
    }

    /** The same with that propagation. */
    public TransactionOptions withPropagation(Propagation other) {
        return new TransactionOptions(isolation, readOnly, other, lane);
    }

    /**
     * The same in that lane of the pool; one that joins another transaction shares its connection and with it its lane.
     * A lane that the pool does not have is refused with an {@link IllegalArgumentException} when the transaction begins.
     */
    public TransactionOptions withLane(String other) {
        return new TransactionOptions(isolation, readOnly, propagation, other);
    }
}
