// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

/** What the exit codes of the command mean. */
final class ExitCode {
    /** Done; for checks: nothing found. */
    static final int DONE = 0;
    /** Failed for a reason that none of the others names. */
    static final int FAILED = 1;
    /** Unknown command, flag or value on the command line. */
    static final int USAGE = 2;
    /** The configuration is invalid. */
    static final int CONFIG_INVALID = 3;
    /** A database, or the server asked, cannot be reached. */
    static final int UNREACHABLE = 4;
    /** A check found problems. */
    static final int PROBLEMS = 5;
    /** Interrupted by the user. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
