// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.JdbcUrl;
import dev.wellhead.pool.internal.Redaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/** A text that has no printable form: {@code toString()} and every record that holds it show {@code ****}. */
public final class Secret {

    private static final Secret EMPTY = new Secret("");

    private static final Pattern ASSIGNED =
            Pattern.compile("(?i)((?:^|[\\s{\\[\"'])[a-z_.-]*(?:password|passwd|pwd|secret|token)[a-z_.-]*\\s*=\\s*)"
                    + "(?:\"[^\"]*\"|'[^']*'|[^\\s,;&}\\]]+)");

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

    /**
     * A text that is not known to be harmless, with {@code ****} in place of what looks like a secret: logins and secret
     * parameters of a URL, what is assigned to a name that speaks of one, as in {@code password=x}, and the secrets that
     * pools of this process have lately connected with, wherever they stand, percent-encoded and in Base64 too.
     */
    public static String mask(String text) {
        return ASSIGNED.matcher(JdbcUrl.mask(Redaction.withoutKnown(text))).replaceAll("$1****");
    }

    /**
     * A failure as it may be logged: itself, or, where a text in it or in anything that hangs on it would be changed by
     * {@link #mask(String)}, cannot be read or is huge, another that says the same without.
     */
    public static Throwable mask(Throwable failure) {
        return Redaction.shown(failure);
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
