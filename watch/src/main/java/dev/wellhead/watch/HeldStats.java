// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Duration;

/**
 * The leases of one operation, or of one place in the program where it has no name. A large share without SQL means that
 * something else is done while a connection is held, such as a remote call inside of a transaction.
 *
 * @param work the operation, or the line that acquired; {@code (unknown)} where neither is known
 * @param leases how many have ended
 * @param waited all waits for them
 * @param held from acquire to release, of all
 * @param sql of these, while a statement ran
 */
public record HeldStats(String work, long leases, Duration waited, Duration held, Duration sql) {

    /** The share of the held time in which nothing ran, from 0 to 1; 0 where nothing was held. */
    public double idleShare() {
        long all = held.toNanos();
        return all == 0 ? 0 : Math.max(0, 1 - (double) sql.toNanos() / all);
    }
}
