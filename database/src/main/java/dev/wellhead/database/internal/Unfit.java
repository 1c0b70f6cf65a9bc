// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

/** What does not fit, said before the place is known; always caught and told again with the place. */
final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String rule;

    /**
     * Keeps the text only: no stack trace, as nobody sees this exception itself.
     *
     * @param rule what is wrong and the mend, to follow the words "column x"
     */
    Unfit(String rule) {
        super(rule, null, false, false);
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
