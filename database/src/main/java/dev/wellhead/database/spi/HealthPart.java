// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import java.time.Duration;
import java.util.List;
import java.util.Map;

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

    /**
     * Numbers that tell how it is, such as {@code entries} or {@code lag-seconds}: shown on the operator's page and as
     * metrics. Asked after each check that succeeded, on its thread and within its limit; what it throws counts as the
     * check's. None by default.
     *
     * @return by names of 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}; others, numbers that are not finite
     *     and what is more than {@value #MOST_READINGS} by the alphabet are left out
     */
    default Map<String, Double> readings() throws Exception {
        return Map.of();
    }

    /** Which of its readings somebody is told of; at most 32, names apart from each other. Asked once. */
    default List<PartAlert> alerts() {
        return List.of();
    }

    /** The most readings that a part shows. */
    int MOST_READINGS = 32;

    /** How long a check may take; longer than zero, 5 s unless told otherwise. Read once. */
    default Duration limit() {
        return Duration.ofSeconds(5);
    }
}
