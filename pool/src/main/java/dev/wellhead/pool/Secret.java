// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A text that has no printable form: {@code toString()} and every record that holds it show {@code ****}. */
public final class Secret {

    private static final Secret EMPTY = new Secret("");

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** Wraps a text. */
    public static Secret of(String value) {
        return value.isEmpty() ? EMPTY : new Secret(value);
    }

    /** The empty secret: no password. */
    public static Secret empty() {
        return EMPTY;
    }

    /** The text itself. Hand it to the driver and nowhere else. */
    public String reveal() {
        return value;
    }

    /** Whether there is no text. */
    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), that.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "****";
    }
}
