// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.spi.LeaseEnd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call under way, as {@link CallWatch} looks at it: whose it is, until when, and the lease that it has now.
 *
 * <h2>Steps</h2>
 *
 * Waits with a limit of their own (a fetch, a commit) are numbered, odd while they last, so that the caller reads no
 * clock: the watch notes when it first met a number, and so is late by a tick at most.
 *
 * <h2>Concurrency</h2>
 *
 * The caller's thread writes what it does, the watch reads it. Whether the lease was taken decides the lease itself:
 * where the caller gives it back first, the watch is too late, and nothing happens to anybody.
 */
final class Call {

    private static final VarHandle STEP;

    static {
        try {
            STEP = MethodHandles.lookup().findVarHandle(Call.class, "step", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Retrier retrier;
    private final long startNanos;
    private volatile @Nullable Deadline deadline;
    /** Whether it has no end of its own any more, such as a stream that was opened. */
    private volatile boolean isOpenEnded;
    /** Whether its thread is looked at during its steps alone, because between them it is not in the call. */
    private volatile boolean onlyInSteps;

    private volatile Thread thread;
    /** The thread was interrupted before, which nobody has heeded: so it does not mean this call. */
    private volatile boolean wasInterrupted;

    private volatile LeaseEnd.@Nullable Handle handle;
    /** The lease that is just being given back. */
    private volatile @Nullable LeaseEnd releasing;

    private volatile LeaseEnd.@Nullable Taken taken;
    private volatile @Nullable Ended ended;
    /** Whether a call of its holder's came back, after it was ended, without an answer of the server. */
    private volatile boolean unanswered;

    private int step;
    private volatile long stepLimitNanos;
    // Of the watch alone.
    private int seenStep;
    private long seenNanos;

    int slot = -1;

    /** Why it was ended. */
    private record Ended(@Nullable String notWanted, Duration limit, String sql) {}

    Call(Retrier retrier, @Nullable Deadline deadline, long now) {
        this.retrier = retrier;
        this.deadline = deadline;
        this.startNanos = now;
        this.thread = Thread.currentThread();
        this.wasInterrupted = thread.isInterrupted();
    }

    // The caller's side.

    @Nullable
    Deadline deadline() {
        return deadline;
    }

    /** Refuses to begin what is over already. */
    void requireTime() throws SQLException {
        var one = deadline;
        if (one == null) {
            return;
        }
        if (one.isClosed()) {
            throw ExpiredCall.notWanted(Reason.CLOSED, elapsed(), "", true, null);
        }
        if (one.hasEnd() && one.endNanos() - System.nanoTime() <= 0) {
            throw ExpiredCall.timeout(Duration.ofNanos(one.limitNanos()), "", true, null);
        }
    }

    void leased(Connection connection) {
        if (connection instanceof LeaseEnd.Handle own) {
            handle = own;
        }
    }

    /** The lease is about to be given back, which may wait for the server too. */
    void releasing() {
        var own = handle;
        if (own != null) {
            releasing = own.leaseEnd();
        }
    }

    /** The lease was given back, or was taken and the holder is out of it. */
    void released() {
        handle = null;
        releasing = null;
        var one = taken;
        if (one != null) {
            one.holderIsBack(!unanswered);
        }
    }

    /** Whether its lease was taken: then the connection is no longer the caller's. */
    boolean isTaken() {
        return taken != null;
    }

    @SuppressWarnings("ReferenceEquality") // A thread is itself.
    void stepBegins(long limitNanos) {
        var current = Thread.currentThread();
        if (thread != current) {
            thread = current;
            wasInterrupted = current.isInterrupted();
        }
        stepLimitNanos = limitNanos;
        STEP.setRelease(this, step + 1);
    }

    void stepEnds() {
        STEP.setRelease(this, step + 1);
    }

    /** The call has come back with a stream, whose steps have limits of their own and which ends with the caller's deadline. */
    void becomesStream() {
        var one = deadline;
        isOpenEnded = one != null && !one.isCallers();
        onlyInSteps = true;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    // The watch's side.

    /** Ends it if it is over. Does no I/O and never waits. */
    void look(long now) {
        if (taken != null) {
            return;
        }
        var lease = lease();
        if (lease == null) {
            return;
        }
        var why = overdue(lease, now);
        if (why == null) {
            return;
        }
        ended = new Ended(why.notWanted(), why.limit(), lease.lastSql());
        taken = lease.take(this::told);
    }

    private @Nullable LeaseEnd lease() {
        var own = handle;
        var lease = own == null ? null : own.leaseEnd();
        return lease == null ? releasing : lease;
    }

    private record Reason(@Nullable String notWanted, Duration limit) {
        private static final String INTERRUPTED = "its thread was interrupted";
        private static final String CLOSED = "its Deadline was closed";
    }

    private @Nullable Reason overdue(LeaseEnd lease, long now) {
        var one = deadline;
        if (one != null && one.isClosed()) {
            return new Reason(Reason.CLOSED, elapsed());
        }
        if (one != null && !isOpenEnded && one.hasEnd() && now - one.endNanos() >= 0) {
            return new Reason(null, Duration.ofNanos(one.limitNanos()));
        }
        int number = (int) STEP.getAcquire(this);
        boolean inStep = (number & 1) != 0;
        if ((inStep || !onlyInSteps) && !wasInterrupted && (thread.isInterrupted() || lease.keepsInterrupt())) {
            return new Reason(Reason.INTERRUPTED, elapsed());
        }
        if (!inStep || stepLimitNanos == 0) {
            return null;
        }
        if (seenStep != number) {
            seenStep = number;
            seenNanos = now;
            return null;
        }
        return now - seenNanos >= stepLimitNanos ? new Reason(null, Duration.ofNanos(stepLimitNanos)) : null;
    }

    /** What its caller is told; null where the call met the dead handle, which says nothing of what was sent before. */
    SQLException told(@Nullable SQLException cause) {
        if (cause instanceof ExpiredCall) {
            return cause;
        }
        var known = ended;
        var sql = known == null ? "" : known.sql();
        boolean answered = cause != null && !retrier.isInDoubt(cause, Phase.AUTOCOMMIT_SENT);
        if (!answered) {
            unanswered = true;
        }
        return known == null || known.notWanted() == null
                ? ExpiredCall.timeout(known == null ? elapsed() : known.limit(), sql, answered, cause)
                : ExpiredCall.notWanted(known.notWanted(), known.limit(), sql, answered, cause);
    }
}
