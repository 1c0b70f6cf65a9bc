// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Hears what happens in a pool.
 *
 * <p>Called on the thread where it happened, a caller's thread among them: be fast, take no locks, do not throw, do not
 * call the pool. An exception is caught, counted and logged once a minute; it never disturbs the pool.
 */
@FunctionalInterface
public interface PoolListener {

    /** Something happened. */
    void onEvent(PoolEvent event);
}
