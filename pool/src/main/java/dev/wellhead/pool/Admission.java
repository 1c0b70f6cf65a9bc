// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Who is refused before the wait is over, when more callers come than the pool can serve. In arrival order the callers are
 * served as long as that serves them in time; once it does not, {@link #DEADLINE} and {@link #CODEL} serve the newest
 * first. Whatever is chosen, {@code maxWaiting} and {@code acquireTimeout} refuse too.
 */
public enum Admission {
    /** A caller who cannot be served before its time is over, at the rate measured, is refused at once. */
    DEADLINE,
    /** As {@link #DEADLINE}; and once the line has stood for a second, whoever waits for longer than 100 ms is refused. */
    CODEL,
    /** Serves in arrival order, refuses nobody early, and counts whom {@link #DEADLINE} would have refused. */
    OBSERVE,
    /** Serves in arrival order and refuses nobody early. */
    OFF
}
