// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * The statements that the holder of a connection has open.
 *
 * <p>Locked for the moment of each change, never while a driver is called, because one lease may be used by several
 * threads. Not bounded: a holder who opens statements and closes none holds them in the driver anyway.
 */
final class OpenStatements {

    private static final int USUAL = 8;
    private static final int KEPT = 64;

    private StatementHandle[] handles = new StatementHandle[USUAL];
    private int count;

    synchronized void add(StatementHandle handle) {
        if (count == handles.length) {
            handles = Arrays.copyOf(handles, count * 2);
        }
        handles[count++] = handle;
    }

    /** Looks from the end, for what was opened last is mostly closed first. */
    synchronized void remove(StatementHandle handle) {
        for (var i = count - 1; i >= 0; i--) {
            if (handles[i] == handle) {
                count--;
                System.arraycopy(handles, i + 1, handles, i, count - i);
                clear(count);
                return;
            }
        }
    }

    synchronized int count() {
        return count;
    }

    /** Takes all out and leaves none; what a spendthrift holder made it grow to is not kept. */
    private synchronized StatementHandle[] takeAll() {
        var taken = Arrays.copyOf(handles, count);
        if (handles.length > KEPT) {
            handles = new StatementHandle[USUAL];
        } else {
            for (var i = 0; i < count; i++) {
                clear(i);
            }
        }
        count = 0;
        return taken;
    }

    @SuppressWarnings("NullAway") // Slots from count on are empty; none of them is read.
    private void clear(int slot) {
        handles[slot] = null;
    }

    /**
     * Closes what is open, newest first.
     *
     * @throws SQLException when the driver says that the connection is lost
     */
    void closeAll(DriverSupport driver) throws SQLException {
        if (count() == 0) {
            return;
        }
        var taken = takeAll();
        for (var i = taken.length - 1; i >= 0; i--) {
            try {
                taken[i].closeAtRelease();
            } catch (SQLException e) {
                if (FatalErrors.isFatal(e, driver)) {
                    throw e;
                }
                // Ignored: the holder has left, nobody can mend it, and the rest of the release tells if it was more.
            }
        }
    }
}
