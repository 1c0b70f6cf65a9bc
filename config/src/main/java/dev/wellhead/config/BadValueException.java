// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** A text that is no value of its type. Holds rule and fix, never the text. */
final class BadValueException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String rule;
    private final String fix;

    BadValueException(String rule, String fix) {
        super(rule + "; " + fix);
        this.rule = rule;
        this.fix = fix;
    }

    String rule() {
        return rule;
    }

    String fix() {
        return fix;
    }
}
