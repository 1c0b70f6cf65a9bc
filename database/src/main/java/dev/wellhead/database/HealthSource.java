// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.Probe.Outcome;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import java.util.List;

/** Whose health a {@link HealthMonitor} watches, and how it is asked. All but {@link #ask} return at once. */
interface HealthSource {

    PoolSnapshot snapshot();

    List<Lease> leases();

    /** Whether nobody uses it, so that the database may sleep. */
    boolean isQuiet();

    /** Asks the server, past the pool, on a worker of the checks; tells the probe how the wait for the answer is cut. */
    Outcome ask(Probe probe, long limitNanos);

    /** A check was answered: the time for questions that are no part of it. */
    void answered();

    /** What else there is to advise. */
    List<String> advice(PoolSnapshot pool, long nowNanos);

    /** Keeps no connection open until the next question. */
    void sleep();

    /** Is asked no more. */
    void close();
}
