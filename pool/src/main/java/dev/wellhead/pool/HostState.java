// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** Whether one of several hosts can be used. */
public enum HostState {
    /** Not asked yet. */
    UNKNOWN,
    /** Answers. */
    UP,
    /** Cannot be reached, or has not answered in time. */
    DOWN,
    /** Answers, but is further behind than {@link PoolConfig#maxReplicaLag()}, or does not say how far. */
    LAGGING,
    /** Answers, but belongs to another cluster than the others; never used. */
    OTHER_CLUSTER
}
