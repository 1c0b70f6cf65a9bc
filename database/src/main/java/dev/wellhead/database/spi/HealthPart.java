// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import java.time.Duration;

/**
 * Something besides the databases that a process depends on, such as a cache or an object store: it is checked in the
 * background, every five seconds, and shown with the health of the databases. Handed to
 * {@link dev.wellhead.database.DatabaseManager.Builder#part}.
 */
public interface HealthPart {

    /** Constant and short, such as {@code cache}; 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}. */
    String name();

    /**
     * Asks whether it works, and returns when it does. Runs on a thread of the health checks, never twice at a time. One
     * that takes longer than {@link #limit} counts as out and is interrupted; there is no other check until it has ended.
     *
     * @throws Exception when it does not work; its text is shown with what looks like a secret masked
     */
    void check() throws Exception;

    /** How long a check may take; longer than zero, 5 s unless told otherwise. Read once. */
    default Duration limit() {
        return Duration.ofSeconds(5);
    }
}
