// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

/**
 * A question mark or name that rendering replaces.
 *
 * @param parameter which parameter's value stands here, from zero; {@link #OPERATOR} for a question mark that is an
 *     operator
 * @param takesList whether a list may stand here
 */
record Mark(int start, int end, int parameter, boolean takesList) {

    static final int OPERATOR = -1;

    boolean isOperator() {
        return parameter == OPERATOR;
    }
}
