// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** Who may read {@code /metrics}. */
public enum MetricsAccess {
    /** Everybody who reaches the server. */
    OPEN,
    /** Who may read statements and leases: who sends the read token, or is on loopback where there is none. */
    TOKEN,
    /** Nobody: the path is not there. */
    OFF
}
