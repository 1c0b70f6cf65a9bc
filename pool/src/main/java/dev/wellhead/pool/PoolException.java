// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** Base of the unchecked exceptions of this module; JDBC methods throw {@link java.sql.SQLException}s instead. */
public abstract sealed class PoolException extends RuntimeException permits ConfigException, PoolStartException {

    private static final long serialVersionUID = 1L;

    PoolException(String message) {
        super(message);
    }

    PoolException(String message, Throwable cause) {
        super(message, cause);
    }
}
