// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** What one of several hosts is to the others. */
public enum HostRole {
    /** Takes writes. */
    PRIMARY,
    /** Follows a primary and takes no writes. */
    REPLICA,
    /** Follows nobody and takes no writes, as an old primary that was fenced. Nobody is sent there by default. */
    READ_ONLY,
    /** Not known yet. */
    UNKNOWN
}
