// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * One of the hosts of a pool that has several, as it was last seen.
 *
 * @param host name and port, such as {@code db1:5432}
 * @param role what it is to the others
 * @param state whether it can be used
 * @param isTarget whether the pool's own connections go there
 * @param lag how far it is behind; empty when it is no replica or cannot tell
 * @param active connections to it that callers hold
 * @param total connections to it, without the one that asks it
 * @param trouble what is wrong with it, masked; empty if nothing
 */
public record HostSnapshot(
        String host,
        HostRole role,
        HostState state,
        boolean isTarget,
        Optional<Duration> lag,
        int active,
        int total,
        String trouble) {}
