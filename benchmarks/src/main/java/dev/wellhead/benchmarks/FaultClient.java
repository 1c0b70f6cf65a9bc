// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

/** A program's way to its database, for {@link FaultsPart}: three kinds of call, each done once as far as it says so. */
interface FaultClient extends AutoCloseable {

    String READ = "SELECT count(*) FROM account";
    String WRITE = "INSERT INTO done VALUES (?)";

    /** Reads. */
    void read() throws CallFailedException;

    /** Writes one row, outside of a transaction. */
    void write(String id) throws CallFailedException;

    /** Writes one row in a transaction. */
    void transaction(String id) throws CallFailedException;

    @Override
    void close();

    /** A call that its caller was told has failed. */
    final class CallFailedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean isSafe;

        /**
         * Tells of one.
         *
         * @param isSafe whether it could have been run again without doing anything twice, by what its caller knows
         */
        CallFailedException(boolean isSafe, Exception cause) {
            super(cause);
            this.isSafe = isSafe;
        }

        boolean isSafe() {
            return isSafe;
        }
    }
}
