// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** The pool could not open its first connection at start; the cause is the last connect failure. */
public final class PoolStartException extends PoolException {

    private static final long serialVersionUID = 1L;

    private final int attempts;

    /** Tells which pool gave up after how many attempts. */
    public PoolStartException(String message, int attempts, Throwable cause) {
        super(message, cause);
        this.attempts = attempts;
    }

    /** How many connects were tried. */
    public int attempts() {
        return attempts;
    }
}
