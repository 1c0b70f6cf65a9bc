// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.internal.PoolEntry.State;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The one word of a {@link PoolEntry} that decides who may touch its connection: the state, and the number of the lease.
 * It changes by compare-and-set in the named transitions below and nowhere else.
 *
 * <h2>Leases are numbered</h2>
 *
 * Each lease of a connection has the next number, and only who knows it can end that lease. So a handle needs no atomic
 * operation of its own to be closed once: of two threads that close it, the second finds the word changed, whatever has
 * become of the connection meanwhile. It also makes counting free, for the number <em>is</em> the count.
 *
 * <h2>Letting go</h2>
 *
 * A lease that has something to undo ends in two steps: {@link #tryLetGo} makes one thread the only one that may end it,
 * and after the session is put back the connection becomes idle, passes on or is closed. In between it counts as active.
 * A lease that was not used at all goes from active to idle in one step.
 */
abstract class StateWord extends CacheLinePadding {

    /** By the low bits of the word. */
    private static final State[] STATES = {State.IDLE, State.ACTIVE, State.VALIDATING, State.CLOSED};

    private static final long STATE_MASK = 3;
    private static final int LEASE_SHIFT = 3;
    private static final long ONE_LEASE = 1L << LEASE_SHIFT;
    /** The low bits: the state, and one that splits two of the states. */
    private static final long FLAGS = ONE_LEASE - 1;

    private static final long SPLIT = STATE_MASK + 1;

    private static final long IDLE = 0;
    private static final long ACTIVE = 1;
    private static final long LETTING_GO = ACTIVE | SPLIT;
    private static final long VALIDATING = 2;
    private static final long CLOSED = 3;
    /** Closed under its holder, who has not given it back. */
    private static final long CLOSED_HELD = CLOSED | SPLIT;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(StateWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long word = VALIDATING;

    // The beginning of a lease.

    /** Begins the next lease; may fail though it is idle, when others come and go at this moment. */
    final boolean tryAcquireFromIdle() {
        long now = word;
        return (now & FLAGS) == IDLE && WORD.compareAndSet(this, now, now - IDLE + ACTIVE + ONE_LEASE);
    }

    /** Undoes {@link #tryAcquireFromIdle}, as if that lease had never been. */
    final boolean tryTakeBack() {
        long now = word;
        return (now & FLAGS) == ACTIVE && WORD.compareAndSet(this, now, now - ACTIVE + IDLE - ONE_LEASE);
    }

    /** Closes what was taken and never handed out, as if that lease had never been. */
    final boolean tryCloseUnused() {
        long now = word;
        return (now & FLAGS) == ACTIVE && WORD.compareAndSet(this, now, now - ACTIVE + CLOSED - ONE_LEASE);
    }

    final boolean tryActivateFromValidating() {
        return tryChange(VALIDATING, ACTIVE + ONE_LEASE);
    }

    // The end of a lease.

    /** Ends a lease that has nothing to undo; false when it has ended already. */
    final boolean tryIdleFromActive(int lease) {
        long now = word;
        return isHeld(now, lease) && WORD.compareAndSet(this, now, now - ACTIVE + IDLE);
    }

    /** Makes the calling thread the one that ends this lease; false when another does, or it has ended already. */
    final boolean tryLetGo(int lease) {
        long now = word;
        return isHeld(now, lease) && WORD.compareAndSet(this, now, now | SPLIT);
    }

    final boolean tryIdleFromLettingGo() {
        return tryChange(LETTING_GO, IDLE);
    }

    final boolean tryCloseFromLettingGo() {
        return tryChange(LETTING_GO, CLOSED);
    }

    /** The next lease begins where this one ends. */
    final boolean tryPassOn() {
        return tryChange(LETTING_GO, ACTIVE + ONE_LEASE);
    }

    /** Closes it under its holder, whose lease does not count as ended before {@link #tryEndLate}. */
    final boolean tryCloseFromActive() {
        return tryChange(ACTIVE, CLOSED_HELD) || tryChange(LETTING_GO, CLOSED_HELD);
    }

    /** As {@link #tryCloseFromActive}, for that lease and only while its holder is putting the session back. */
    final boolean tryCloseWhileLettingGo(int lease) {
        long now = word;
        return (now & FLAGS) == LETTING_GO
                && (int) (now >>> LEASE_SHIFT) == lease
                && WORD.compareAndSet(this, now, now - LETTING_GO + CLOSED_HELD);
    }

    /** Ends a lease whose connection was closed under it; false when that is not so, or it has ended already. */
    final boolean tryEndLate(int lease) {
        long now = word;
        return (now & FLAGS) == CLOSED_HELD
                && (int) (now >>> LEASE_SHIFT) == lease
                && WORD.compareAndSet(this, now, now - SPLIT);
    }

    // Apart from leases.

    final boolean tryValidateFromIdle() {
        return tryChange(IDLE, VALIDATING);
    }

    final boolean tryIdleFromValidating() {
        return tryChange(VALIDATING, IDLE);
    }

    final boolean tryCloseFromIdle() {
        return tryChange(IDLE, CLOSED);
    }

    final boolean tryCloseFromValidating() {
        return tryChange(VALIDATING, CLOSED);
    }

    private boolean tryChange(long from, long to) {
        long now = word;
        while ((now & FLAGS) == from) {
            if (WORD.compareAndSet(this, now, now - from + to)) {
                return true;
            }
            now = word;
        }
        return false;
    }

    // What it says.

    final State state() {
        return STATES[(int) (word & STATE_MASK)];
    }

    final boolean isIdle() {
        return (word & FLAGS) == IDLE;
    }

    /** The number of the current lease, or of the last one; it wraps. */
    final int lease() {
        return (int) (word >>> LEASE_SHIFT);
    }

    /** Whether that lease lasts, or is just being ended. */
    final boolean isActive(int lease) {
        long now = word;
        return (now & STATE_MASK) == ACTIVE && (int) (now >>> LEASE_SHIFT) == lease;
    }

    /** How many leases have begun. */
    final long leases() {
        return word >>> LEASE_SHIFT;
    }

    /** How many leases have ended. */
    final long releases() {
        long now = word;
        boolean lasts = (now & STATE_MASK) == ACTIVE || (now & FLAGS) == CLOSED_HELD;
        return (now >>> LEASE_SHIFT) - (lasts ? 1 : 0);
    }

    private static boolean isHeld(long word, int lease) {
        return (word & FLAGS) == ACTIVE && (int) (word >>> LEASE_SHIFT) == lease;
    }
}
