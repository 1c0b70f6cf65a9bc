// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

/** Some of what a part measures could not be. The message says what; the rest is in {@link #tables}. */
final class IncompleteException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String tables;

    IncompleteException(String message, String tables) {
        super(message);
        this.tables = tables;
    }

    /** What was measured, with dashes where something is missing. */
    String tables() {
        return tables;
    }
}
