// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** What the pool does with callers at the moment. */
public enum PoolState {
    /** Serves callers. */
    RUNNING,
    /** Holds callers until {@code resume()}; they are refused when their own limit ends. */
    PAUSED,
    /** Refuses new callers and lets running work finish. */
    DRAINING,
    /** Closed for good. */
    CLOSED
}
