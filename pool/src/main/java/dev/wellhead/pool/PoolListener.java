// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Hears what happens in a pool.
 *
 * <p>Called on a worker of the pool's own, one event at a time and in order, about a millisecond after it happened; {@code
 * close()} of the pool waits half a second for what is still to be told. A listener that throws or blocks disturbs neither
 * callers nor the pool nor other listeners: an exception is counted and logged once a minute, and one that is 10,000
 * events behind loses the newest, which is counted and logged too.
 */
@FunctionalInterface
public interface PoolListener {

    /** Something happened. */
    void onEvent(PoolEvent event);
}
