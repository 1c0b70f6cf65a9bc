// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The tokens that the retries of one database share: each retry of what was sent takes one, each call that succeeds gives
 * a part of one. A database in trouble is so spared the load of retries; one that works pays for some. Any thread may
 * call.
 */
final class RetryBudget {

    /** The most tokens, which it begins with. */
    static final int MOST = 100;

    private static final long TOKEN = 1_000;

    private final AtomicLong left = new AtomicLong(MOST * TOKEN);

    /** A call succeeded. Costs one volatile read while the budget is full. */
    void earn(double share) {
        if (left.get() < MOST * TOKEN) {
            left.getAndUpdate(now -> Math.min(MOST * TOKEN, now + (long) (share * TOKEN)));
        }
    }

    /** Takes a token; false when there is none. */
    boolean take() {
        for (long now = left.get(); now >= TOKEN; now = left.get()) {
            if (left.compareAndSet(now, now - TOKEN)) {
                return true;
            }
        }
        return false;
    }

    /** Whole tokens left. */
    long tokens() {
        return left.get() / TOKEN;
    }
}
