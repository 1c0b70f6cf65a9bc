// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

/** What a {@link FakeDriver} can be told to do in its own way. */
public enum FakeOperation {
    /** {@code Driver.connect}. */
    OPEN,
    /** {@code Connection.isValid}. */
    VALIDATE,
    /** Any execute of a statement. */
    EXECUTE,
    /** {@code Connection.commit}. */
    COMMIT,
    /** {@code Connection.rollback}. */
    ROLLBACK,
    /** {@code Connection.close}. */
    CLOSE,
    /** {@code Connection.abort}. */
    ABORT,
    /** Every other call. */
    OTHER
}
