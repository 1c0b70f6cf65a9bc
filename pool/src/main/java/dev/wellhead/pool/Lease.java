// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Who holds which connection, since when, doing what: one acquire-to-release period, as seen at one moment.
 *
 * @param connectionId the pool's own number of the physical connection
 * @param backendId the server's number of the session, where the driver tells it
 * @param thread name of the thread that acquired
 * @param operation name the caller gave to the work; empty when none
 * @param sql the text of the last statement, at most 100 characters; empty before the first
 * @param held how long it is held; exact to the pool's clock tick of 10 ms
 */
public record Lease(
        long connectionId, OptionalLong backendId, String thread, String operation, String sql, Duration held) {}
