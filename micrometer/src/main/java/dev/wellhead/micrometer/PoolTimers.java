// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import io.micrometer.core.instrument.Timer;

/** Timers fed by a pool's events; quick and without locks, as listeners must be. */
final class PoolTimers implements PoolListener {

    private final Timer acquireWait;
    private final Timer use;
    private final Timer open;
    private final boolean withTimeouts;

    /** @param withTimeouts whether the wait of those who were refused counts too, as HikariCP does it */
    PoolTimers(Timer acquireWait, Timer use, Timer open, boolean withTimeouts) {
        this.acquireWait = acquireWait;
        this.use = use;
        this.open = open;
        this.withTimeouts = withTimeouts;
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.Acquired acquired) {
            acquireWait.record(acquired.waited());
        } else if (event instanceof PoolEvent.TimedOut refused) {
            if (withTimeouts && refused.reason().isTimeout()) {
                acquireWait.record(refused.waited());
            }
        } else if (event instanceof PoolEvent.Released released) {
            use.record(released.held());
        } else if (event instanceof PoolEvent.Opened opened) {
            open.record(opened.took());
        }
    }
}
