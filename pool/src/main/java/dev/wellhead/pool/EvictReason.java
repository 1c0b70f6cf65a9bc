// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** Why a physical connection left the pool. */
public enum EvictReason {
    /** The driver reported an error after which the connection cannot be used. */
    BROKEN,
    /** It did not answer when validated before hand-out, or was seen closed. */
    FAILED_VALIDATION,
    /** It did not answer the keepalive. */
    FAILED_KEEPALIVE,
    /** It refused a write as a standby or a read-only server does, in a pool that is not read-only. */
    READ_ONLY,
    /** Its state could not be put back at release, or its open transaction not rolled back. */
    FAILED_RESET,
    /** Idle for longer than {@code idleTimeout} while more than {@code minIdle} were idle. */
    IDLE_TIMEOUT,
    /** Older than its share of {@code maxLifetime}. */
    MAX_LIFETIME,
    /** Served {@code maxUses} leases, or its share of them. */
    MAX_USES,
    /** Another host is the one to connect to now, such as the new primary after a failover. */
    FAILOVER,
    /** The name it was opened by leads to other addresses now. */
    ADDRESS_LEFT,
    /** Opened with a login that has changed since; see {@link WellheadDataSource#credentialsChanged()}. */
    CREDENTIALS_CHANGED,
    /** Nobody acquired for {@code quietAfter}. */
    QUIET,
    /** {@code evictAll()} or {@code reset()} asked for it. */
    REQUESTED,
    /** The user called {@link java.sql.Connection#abort} on the handle. */
    ABORTED,
    /** What its holder ran was cancelled: a time limit was over, its thread was interrupted, nobody waits for it, or an operator did. */
    CANCELLED,
    /** Its handle became garbage without {@code close()}; see {@link PoolConfig#reclaimAbandoned()}. */
    ABANDONED,
    /** Its lease was a leak without work and was taken back; see {@link PoolConfig#leakReclaimAfter()}. */
    LEAK_RECLAIMED,
    /** More connections than {@code maxSize} after it was lowered. */
    POOL_SHRUNK,
    /** Another pool under the same {@link Ceiling} needed its place. */
    CEILING,
    /** It was opened in place of a slow one, and both arrived. */
    SURPLUS,
    /** The pool was closed or drained. */
    POOL_CLOSED;

    /** Whether the connection was lost: the pool did not choose to part with it, the network or the server did. */
    public boolean isLoss() {
        return switch (this) {
            case BROKEN, FAILED_VALIDATION, FAILED_KEEPALIVE, READ_ONLY, FAILOVER -> true;
            default -> false;
        };
    }
}
