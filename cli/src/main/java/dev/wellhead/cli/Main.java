// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

/** Where the JVM enters the {@code wellhead} command. */
public final class Main {

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        int code = new Cli(Terminal.ofProcess()).run(args);
        // Also ends when a library left a thread behind that is not a daemon.
        System.exit(code);
    }
}
