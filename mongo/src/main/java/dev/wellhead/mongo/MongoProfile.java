// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import java.time.Duration;

/** Where a program runs, and what its client of MongoDB has unless it says otherwise. */
public enum MongoProfile {
    /** 5 to 50 connections, idle ones end after 60 s, callers wait 5 s. */
    PRODUCTION(5, 50, Duration.ofSeconds(60), Duration.ofSeconds(5)),
    /** As {@link #PRODUCTION}. */
    EDGE(5, 50, Duration.ofSeconds(60), Duration.ofSeconds(5)),
    /** 2 to 10 connections, idle ones end after 300 s, callers wait 10 s. */
    DEVELOPMENT(2, 10, Duration.ofSeconds(300), Duration.ofSeconds(10));

    final int minSize;
    final int maxSize;
    final Duration idleTimeout;
    final Duration acquireTimeout;

    MongoProfile(int minSize, int maxSize, Duration idleTimeout, Duration acquireTimeout) {
        this.minSize = minSize;
        this.maxSize = maxSize;
        this.idleTimeout = idleTimeout;
        this.acquireTimeout = acquireTimeout;
    }
}
