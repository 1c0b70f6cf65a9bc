// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handles whose leases were taken from their holders, and what their holders are told. Looked at only when a closed handle
 * is used, so that handles need no field for it; as long as a handle lives, no longer.
 */
final class ReclaimedLeases {

    private static final Map<ConnectionHandle, Supplier<SQLException>> TOLD =
            Collections.synchronizedMap(new WeakHashMap<>());

    private ReclaimedLeases() {}

    static void add(ConnectionHandle handle, Supplier<SQLException> told) {
        TOLD.put(handle, told);
    }

    /** What a use of that handle throws, or null when its lease was not taken back. */
    static @Nullable SQLException of(ConnectionHandle handle) {
        var told = TOLD.get(handle);
        return told == null ? null : told.get();
    }
}
