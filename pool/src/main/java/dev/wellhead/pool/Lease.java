// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Who holds which connection, since when, doing what: one acquire-to-release period, as seen at one moment. Times are
 * exact to the pool's clock tick of 10 ms.
 *
 * @param connectionId the pool's own number of the physical connection
 * @param number which lease of that connection it is; it means this lease and no other, as long as the connection lives
 * @param backendId the server's number of the session, where the driver tells it
 * @param thread name of the thread that acquired
 * @param operation name the caller gave to the work; empty when none
 * @param callSite the operation's name, else the line of the program that acquired (with {@code acquireTracing}), else
 *     where its thread was when the pool looked; empty when it did not yet
 * @param lane the lane it counts for; empty when none
 * @param sql the last statement, at most 100 characters on one line; empty before the first
 * @param transaction the state of the transaction, as the holder's last call left it
 * @param running whether a statement runs
 * @param runningFor how long it has been running; zero when none runs
 * @param idleFor how long none has run; zero while one runs
 * @param held how long the connection is held
 * @param since when it was acquired
 */
public record Lease(
        long connectionId,
        int number,
        OptionalLong backendId,
        String thread,
        String operation,
        String callSite,
        String lane,
        String sql,
        TransactionState transaction,
        boolean running,
        Duration runningFor,
        Duration idleFor,
        Duration held,
        Instant since) {

    /** Whether a transaction is open and no statement runs in it: locks may be held for nothing. */
    public boolean idleInTransaction() {
        return !running && (transaction == TransactionState.OPEN || transaction == TransactionState.FAILED);
    }
}
