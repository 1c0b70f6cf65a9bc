// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.function.LongSupplier;

/** How far an attempt has come. Used by one thread alone. */
final class Progress {

    private Phase phase = Phase.NOT_SENT;
    private boolean over;
    private long endNanos;

    Phase phase() {
        return phase;
    }

    /** From now on an error belongs to that phase. */
    void reached(Phase next) {
        phase = next;
    }

    /** The attempt ended then; spares its caller a reading of the clock. */
    void ended(long nanos) {
        over = true;
        endNanos = nanos;
    }

    /** When it ended, or what the clock says where nobody has told. */
    long endNanos(LongSupplier clock) {
        return over ? endNanos : clock.getAsLong();
    }
}
