// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** What all handles share. */
final class Handles {

    /** SQLSTATE "connection does not exist": what a closed handle answers. */
    static final String CLOSED_STATE = "08003";

    private Handles() {}

    static SQLException connectionClosed(ConnectionHandle handle) {
        var reclaimed = ReclaimedLeases.of(handle);
        return reclaimed != null
                ? reclaimed
                : new SQLNonTransientConnectionException(
                        "connection handle is closed: its connection was given back to the pool; get a new one from the data"
                                + " source",
                        CLOSED_STATE);
    }

    /** The handle of that kind ended with its connection handle. */
    static SQLException closedWithConnection(ConnectionHandle handle, String kind) {
        var reclaimed = ReclaimedLeases.of(handle);
        return reclaimed != null
                ? reclaimed
                : new SQLNonTransientConnectionException(
                        kind
                                + " handle is closed: its connection was given back to the pool; get a new connection from the"
                                + " data source",
                        CLOSED_STATE);
    }

    /** The handle of that kind was closed by itself; its connection is still open. */
    static SQLException closed(String kind) {
        return new SQLNonTransientConnectionException(
                kind + " handle is closed: its connection is open; ask it for a new one", CLOSED_STATE);
    }

    static <T> T unwrap(PoolEntry entry, Wrapper handle, Wrapper physical, Class<T> type) throws SQLException {
        if (type.isInstance(handle)) {
            return type.cast(handle);
        }
        entry.session().unwrapped();
        return type.isInstance(physical) ? type.cast(physical) : physical.unwrap(type);
    }

    /**
     * Notes a value that may use the connection for as long as it lives. What the JDK's own loader has made is plain
     * data.
     */
    static <T extends @Nullable Object> T lent(PoolEntry entry, T value) {
        if (value != null && value.getClass().getClassLoader() != null) {
            entry.session().lent();
        }
        return value;
    }

    static boolean isWrapperFor(PoolEntry entry, Wrapper handle, Wrapper physical, Class<?> type) throws SQLException {
        return type.isInstance(handle) || type.isInstance(physical) || physical.isWrapperFor(type);
    }

    /** {@code Kind@hash(text)}: never a parameter's value, which the driver's own text may show. */
    static String text(Object handle, String text) {
        return handle.getClass().getSimpleName()
                + '@'
                + Integer.toHexString(System.identityHashCode(handle))
                + '('
                + text
                + ')';
    }
}
