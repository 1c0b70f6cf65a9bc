// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.DriverSupport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The driver's statements that the holder of a connection has open. Not their handles: those know the connection handle,
 * and a handle that the pool can reach is never seen to be abandoned. A statement's handle is dead with the connection's.
 *
 * <p>Mostly one is open at a time, opened and closed by the thread that acquired the connection: it has a place of its
 * own, which only that thread fills, so that it needs no atomic operation. Any thread may empty it. The others are kept
 * under the monitor, which is held for the moment of each change and never while a driver is called; one lease may be
 * used by several threads. Not bounded: a holder who opens statements and closes none holds them in the driver anyway.
 */
final class OpenStatements {

    private static final int USUAL = 8;
    private static final int KEPT = 64;
    private static final VarHandle SINGLE;

    static {
        try {
            SINGLE = MethodHandles.lookup().findVarHandle(OpenStatements.class, "single", Statement.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Statement single;
    private Statement[] others = new Statement[USUAL];
    /** How many others; changes under the monitor. */
    private volatile int count;

    /**
     * @param isHoldersThread whether this thread acquired the connection
     */
    void add(Statement statement, boolean isHoldersThread) {
        if (isHoldersThread && single == null) {
            SINGLE.setRelease(this, statement);
        } else {
            addToOthers(statement);
        }
    }

    /**
     * @param isHoldersThread whether this thread acquired the connection
     */
    void remove(Statement statement, boolean isHoldersThread) {
        if (single != statement) {
            removeFromOthers(statement);
        } else if (isHoldersThread) {
            SINGLE.setRelease(this, null);
        } else if (!SINGLE.compareAndSet(this, statement, null)) {
            removeFromOthers(statement);
        }
    }

    private synchronized void addToOthers(Statement statement) {
        int size = count;
        if (size == others.length) {
            others = Arrays.copyOf(others, size * 2);
        }
        others[size] = statement;
        count = size + 1;
    }

    /** Looks from the end, for what was opened last is mostly closed first. */
    private synchronized void removeFromOthers(Statement statement) {
        int last = count - 1;
        for (int i = last; i >= 0; i--) {
            if (others[i] == statement) {
                System.arraycopy(others, i + 1, others, i, last - i);
                clear(last);
                count = last;
                return;
            }
        }
    }

    boolean isEmpty() {
        return single == null && count == 0;
    }

    /** What is open now, to be cancelled from another thread. */
    synchronized Statement[] all() {
        var first = single;
        if (first == null) {
            return Arrays.copyOf(others, count);
        }
        var all = new Statement[1 + count];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, all.length - 1);
        return all;
    }

    /** Takes all out and leaves none; what a spendthrift holder made it grow to is not kept. */
    private synchronized Statement[] takeAll() {
        var taken = all();
        single = null;
        if (others.length > KEPT) {
            others = new Statement[USUAL];
        } else {
            for (int i = 0; i < count; i++) {
                clear(i);
            }
        }
        count = 0;
        return taken;
    }

    @SuppressWarnings("NullAway") // Slots from count on are empty; none of them is read.
    private void clear(int slot) {
        others[slot] = null;
    }

    /**
     * Closes what is open, those opened last mostly first.
     *
     * @throws SQLException when the driver says that the connection is lost
     */
    void closeAll(DriverSupport driver) throws SQLException {
        if (isEmpty()) {
            return;
        }
        var taken = takeAll();
        for (int i = taken.length - 1; i >= 0; i--) {
            try {
                taken[i].close();
            } catch (SQLException e) {
                if (FatalErrors.isFatal(e, driver)) {
                    throw e;
                }
                // Ignored: the holder has left, nobody can mend it, and the rest of the release tells if it was more.
            }
        }
    }
}
