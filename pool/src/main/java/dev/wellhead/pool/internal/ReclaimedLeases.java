// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The handles whose leases were taken back by force, and what their holders are told. Looked at only when a closed handle
 * is used, so that handles need no field for it; as long as a handle lives, no longer.
 */
final class ReclaimedLeases {

    private static final Map<ConnectionHandle, String> TEXTS = Collections.synchronizedMap(new WeakHashMap<>());

    private ReclaimedLeases() {}

    static void add(ConnectionHandle handle, String text) {
        TEXTS.put(handle, text);
    }

    /** What a use of that handle throws, or null when its lease was not taken back. */
    static @Nullable SQLException of(ConnectionHandle handle) {
        var text = TEXTS.get(handle);
        return text == null ? null : new SQLNonTransientConnectionException(text, Handles.CLOSED_STATE);
    }
}
