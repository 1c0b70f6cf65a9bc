// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One health check under way, shared by all who wait for it. Ends once: by its answer, its error or its limit. */
final class Probe {

    /**
     * What one check found.
     *
     * @param latencyNanos how long the answer took, or how long was waited in vain
     * @param readOnly whether the server takes no writes
     * @param error why there was no answer; null when there was one, or when the limit passed
     * @param stalled whether the limit passed without an answer
     */
    record Outcome(
            long latencyNanos, boolean readOnly, @Nullable Throwable error, boolean stalled) {

        static Outcome answered(long latencyNanos, boolean readOnly) {
            return new Outcome(latencyNanos, readOnly, null, false);
        }

        static Outcome failed(long latencyNanos, Throwable error) {
            return new Outcome(latencyNanos, false, error, false);
        }

        static Outcome stalled(long latencyNanos) {
            return new Outcome(latencyNanos, false, null, true);
        }

        boolean isAnswered() {
            return error == null && !stalled;
        }
    }

    /** Ends a wait for an answer. */
    @FunctionalInterface
    interface Cut {
        void run() throws SQLException;
    }

    private final CompletableFuture<HealthState> result = new CompletableFuture<>();
    private final AtomicReference<@Nullable Cut> inUse = new AtomicReference<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    /** What was known when it had ended. */
    CompletableFuture<HealthState> result() {
        return result;
    }

    /** Whoever gets true ends the check, and completes its result. */
    boolean tryEnd() {
        return ended.compareAndSet(false, true);
    }

    /** Notes how the wait for an answer is cut from now on. */
    void begin(Cut cut) throws SQLException {
        inUse.set(cut);
        if (ended.get()) {
            throw new SQLException("The health check has ended", "57014");
        }
    }

    /** There is nothing to cut any more; false when it was cut meanwhile. */
    boolean done(Cut cut) {
        return inUse.compareAndSet(cut, null);
    }

    /** Cuts the wait, so that the thread that waits comes free. */
    void cut() throws SQLException {
        var cut = inUse.getAndSet(null);
        if (cut != null) {
            cut.run();
        }
    }
}
