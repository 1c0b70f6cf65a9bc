// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a call that failed; the data of a {@link DatabaseException}.
 *
 * @param transaction the operation of the transaction it was a part of; null when it was none
 * @param detail what may be shown of the fault itself; empty when there is nothing
 */
record FailedCall(
        String database,
        String operation,
        Judgement judgement,
        Phase phase,
        String sqlState,
        int attempts,
        Duration elapsed,
        @Nullable PoolSnapshot snapshot,
        @Nullable String transaction,
        String detail) {

    /** A call of its own that has nothing more to show. */
    FailedCall(
            String database,
            String operation,
            Judgement judgement,
            Phase phase,
            String sqlState,
            int attempts,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot) {
        this(database, operation, judgement, phase, sqlState, attempts, elapsed, snapshot, null, "");
    }

    FailedCall judgedAs(Judgement other) {
        return new FailedCall(
                database, operation, other, phase, sqlState, attempts, elapsed, snapshot, transaction, detail);
    }

    /** The same after more attempts. */
    FailedCall tried(int allAttempts, Duration inAll) {
        return new FailedCall(
                database, operation, judgement, phase, sqlState, allAttempts, inAll, snapshot, transaction, detail);
    }

    String text() {
        var code = judgement.code();
        return code.title() + ": code=" + code.code()
                + " database=" + LogText.value(database)
                + " operation=" + LogText.value(operation)
                + (transaction == null ? "" : " transaction=" + LogText.value(transaction))
                + " attempts=" + attempts
                + " elapsedMs=" + elapsed.toMillis()
                + (sqlState.isEmpty() ? "" : " sqlState=" + sqlState)
                + " kind=" + judgement.kind()
                + " phase=" + phase
                + numbers()
                + (detail.isEmpty() ? "" : "; " + detail)
                + (tellsItsMend() ? "" : "; " + code.nextStep());
    }

    /** What is wrong with a result comes with its own mend; the general one would contradict it. */
    private boolean tellsItsMend() {
        return judgement.code() == ErrorCode.E2015 && !detail.isEmpty();
    }

    private String numbers() {
        if (snapshot == null) {
            return "";
        }
        return " active=" + snapshot.active() + " idle=" + snapshot.idle() + " waiting=" + snapshot.waiting() + " max="
                + snapshot.maxSize();
    }
}
