// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

/** Where an alert is in its life. */
public enum AlertState {
    /** Over its threshold, but not for long enough yet. Nobody is told. */
    PENDING,
    /** Somebody was told, and it is not over. */
    FIRING,
    /** It is over, and somebody was told. */
    RESOLVED
}
