// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.io.Serializable;

/**
 * What an error is.
 *
 * @param kind what may be done about it
 * @param meaning what it says about the database or the statement
 * @param code its stable code
 */
public record Judgement(ErrorKind kind, Meaning meaning, ErrorCode code) implements Serializable {

    /** Whether the whole call may be made again: nothing of it took effect, and a later try may succeed. */
    public boolean isRetryable() {
        return kind == ErrorKind.RETRY_ANYWHERE || kind == ErrorKind.RETRY_TRANSACTION;
    }
}
