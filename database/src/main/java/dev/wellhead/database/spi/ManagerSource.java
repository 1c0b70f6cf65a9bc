// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.database.DatabaseManager;

/**
 * Gives {@link DatabaseManager#shared()} its databases. Found by {@link java.util.ServiceLoader}; exactly one must be
 * present in a process that calls {@code shared()}. The artifact {@code dev.wellhead:wellhead-config} brings one.
 */
public interface ManagerSource {

    /**
     * Opens the manager of this process. Called once, on the thread of the first caller of {@code shared()}, which waits
     * for it.
     *
     * @throws RuntimeException when that fails; the next caller asks again
     */
    DatabaseManager open();
}
