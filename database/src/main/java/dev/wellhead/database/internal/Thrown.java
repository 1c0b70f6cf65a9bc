// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

/** Lets an exception of the caller's own code through as it is, declared or not. */
final class Thrown {
    private Thrown() {}

    /**
     * Throws.
     *
     * @param exception of a constructor or an accessor
     * @return never, so that callers can write {@code throw}
     */
    static RuntimeException asItIs(Throwable exception) {
        return Thrown.<RuntimeException>as(exception);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The cast is the trick: it is not checked.
    private static <E extends Throwable> RuntimeException as(Throwable exception) throws E {
        throw (E) exception;
    }
}
