// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

/**
 * One thing that is wrong and what to do. Holds no secret.
 *
 * @param kind how bad it is
 * @param key the setting that it is about, such as {@code pool.max-size}, without the name of the database
 * @param wrong what is wrong, one line
 * @param mend what to do, one line
 */
public record Complaint(Kind kind, String key, String wrong, String mend) {

    /** How bad a complaint is. */
    public enum Kind {
        /** The database cannot be reached; the settings may be right. */
        UNREACHABLE,
        /** It is reached and refuses, or cannot be used as the settings want. */
        REFUSED,
        /** It works, but probably not as it is meant. */
        WARNING
    }
}
