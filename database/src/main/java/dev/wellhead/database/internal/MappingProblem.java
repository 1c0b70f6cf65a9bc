// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

/**
 * A row, or a column of it, does not fit the Java type asked for. The text names the place (type, component, column),
 * the rule and the mend, and never a value.
 */
public final class MappingProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MappingProblem(String message) {
        super(message);
    }
}
