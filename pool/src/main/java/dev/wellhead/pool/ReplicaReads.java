// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Which of several replicas serves who only reads: connections of {@link WellheadDataSource#readOnly()}, and those on which
 * {@link java.sql.Connection#setReadOnly} was the first call. Counts only where the URL names several hosts.
 */
public enum ReplicaReads {
    /** The one with the fewest connections in use. */
    LEAST_ACTIVE,
    /** One after the other. */
    ROUND_ROBIN,
    /** None: everybody is served by the host that the pool itself is connected to. */
    OFF
}
