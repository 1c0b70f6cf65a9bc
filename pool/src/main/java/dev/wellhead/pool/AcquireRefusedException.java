// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A caller got no connection. Nothing was sent to the database, so the work may be tried again.
 *
 * <p>The text starts with a constant sentence by {@linkplain RefusalReason reason}, then names the pool, the time
 * waited, the numbers, the lanes if there are any, the holders by call site (the longest first, five places at most), the
 * last connect failure and the next step.
 */
public final class AcquireRefusedException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;
    private final Duration waited;
    private final transient PoolSnapshot snapshot;

    /** Refuses for that reason; the cause is the last connect failure where it explains the refusal. */
    public AcquireRefusedException(
            String message, RefusalReason reason, Duration waited, PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(message, reason.sqlState(), cause);
        this.reason = reason;
        this.waited = waited;
        this.snapshot = snapshot;
    }

    /** Why. */
    public RefusalReason reason() {
        return reason;
    }

    /** The stable error code, such as {@code E2001}. */
    public String code() {
        return reason.code();
    }

    /** How long the caller waited. */
    public Duration waited() {
        return waited;
    }

    /** The pool at that moment. */
    public PoolSnapshot snapshot() {
        return snapshot;
    }
}
