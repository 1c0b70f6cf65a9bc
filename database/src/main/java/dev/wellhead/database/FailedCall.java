// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is known about a call that failed; the data of a {@link DatabaseException}. */
record FailedCall(
        String database,
        String operation,
        Judgement judgement,
        Phase phase,
        String sqlState,
        int attempts,
        Duration elapsed,
        @Nullable PoolSnapshot snapshot) {

    FailedCall judgedAs(Judgement other) {
        return new FailedCall(database, operation, other, phase, sqlState, attempts, elapsed, snapshot);
    }

    String text() {
        var code = judgement.code();
        return code.title() + ": code=" + code.code()
                + " database=" + LogText.value(database)
                + " operation=" + LogText.value(operation)
                + " attempts=" + attempts
                + " elapsedMs=" + elapsed.toMillis()
                + (sqlState.isEmpty() ? "" : " sqlState=" + sqlState)
                + " kind=" + judgement.kind()
                + " phase=" + phase
                + numbers()
                + "; " + code.nextStep();
    }

    private String numbers() {
        if (snapshot == null) {
            return "";
        }
        return " active=" + snapshot.active() + " idle=" + snapshot.idle() + " waiting=" + snapshot.waiting() + " max="
                + snapshot.maxSize();
    }
}
