// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** What opening a pool does when the database does not answer. */
public enum StartMode {
    /** One attempt; a failure ends the start with {@link PoolStartException}. */
    FAIL_FAST,
    /** As many further attempts as {@code startRetries}, {@code startRetryDelay} apart; then as {@link #FAIL_FAST}. */
    WAIT,
    /** Opens nothing and fails never; the first caller finds out. */
    LAZY
}
