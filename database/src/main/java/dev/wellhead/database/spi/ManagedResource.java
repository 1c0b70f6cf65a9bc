// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;

/**
 * What a manager holds besides its SQL databases, under a name of its own: it is opened and ended with them. One that is a
 * {@link HealthPart} too is checked, and shown, as a part of that name. Handed to
 * {@link dev.wellhead.database.DatabaseManager.Builder#resource}.
 */
public interface ManagedResource {

    /** Constant; no database, part or other resource of the manager is called so. */
    String name();

    /**
     * Opens it. Called once, by the thread that opens the manager; may wait as its settings say.
     *
     * @throws RuntimeException when it cannot be opened; the manager then closes all that it has opened
     */
    void open();

    /**
     * Waits for the work that is under way, beside the drains of the databases.
     *
     * @param limit longest wait
     * @return whether all has ended
     * @throws InterruptedException when interrupted; it is left as it is
     */
    boolean drain(Duration limit) throws InterruptedException;

    /** Ends it, also one that was never opened. A second call does nothing. */
    void close();

    /** Its connections at this moment; never waits. */
    PoolSnapshot snapshot();
}
