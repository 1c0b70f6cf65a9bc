// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How far an attempt has come. Used by one thread alone. */
final class Progress {

    private Phase phase = Phase.NOT_SENT;
    private @Nullable Call call;
    private long commitNanos;
    private boolean ending;
    private boolean over;
    private long endNanos;

    Phase phase() {
        return phase;
    }

    /** The attempt is one of that call, with that limit of its commit or rollback; 0: none. */
    void of(Call one, long limitOfCommitNanos) {
        call = one;
        commitNanos = limitOfCommitNanos;
    }

    /** The call that it is an attempt of; null where nobody watches it. */
    @Nullable
    Call call() {
        return call;
    }

    /** From now on an error belongs to that phase. */
    void reached(Phase next) {
        phase = next;
        if (next == Phase.COMMIT_SENT) {
            ending();
        }
    }

    /** The transaction is being ended, which has a limit of its own. */
    void ending() {
        if (call != null && !ending) {
            ending = true;
            call.stepBegins(commitNanos);
        }
    }

    /** The attempt ended then; spares its caller a reading of the clock. */
    void ended(long nanos) {
        if (call != null && ending) {
            call.stepEnds();
        }
        over = true;
        endNanos = nanos;
    }

    /** When it ended, or what the clock says where nobody has told. */
    long endNanos(LongSupplier clock) {
        return over ? endNanos : clock.getAsLong();
    }
}
