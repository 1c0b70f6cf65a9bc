// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** A file that is refused as a whole. Holds line, rule and fix, never what stands there. */
final class FileRefusedException extends Exception {

    /** In place of a line where none is known. */
    static final int NO_LINE = 0;

    private static final long serialVersionUID = 1L;

    private final int line;
    private final String rule;
    private final String fix;

    FileRefusedException(int line, String rule, String fix) {
        super(rule + "; " + fix);
        this.line = line;
        this.rule = rule;
        this.fix = fix;
    }

    int line() {
        return line;
    }

    String rule() {
        return rule;
    }

    String fix() {
        return fix;
    }
}
