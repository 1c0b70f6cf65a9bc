// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.Optional;

/**
 * How much load to make.
 *
 * @param clients threads that ask at the same time
 * @param queriesPerClient queries of each, one after another; with {@code length} there is no such limit
 * @param think pause of a client after each query; zero: none
 * @param length how long to go on, whatever the count; empty: until the count is reached
 */
record LoadPlan(int clients, long queriesPerClient, Duration think, Optional<Duration> length) {

    /** All queries of all clients. */
    long totalQueries() {
        return clients * queriesPerClient;
    }
}
