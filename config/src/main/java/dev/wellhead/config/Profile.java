// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A set of numbers for a kind of place to run in. Every key overrides them. */
public enum Profile {
    /** A server of its own, many connections, TLS verified. */
    PRODUCTION,
    /** Short-lived instances behind a pooler: nothing kept idle, no session state. */
    EDGE,
    /** A developer's machine: few connections, long limits, TLS optional. Also called {@code development}. */
    LOCAL;

    /** The name as files spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The profile of that name, in any case; {@code development} means local. */
    public static Optional<Profile> find(String name) {
        try {
            return Optional.of(Keys.PROFILE.type().parser().parse(name));
        } catch (BadValueException unknown) {
            return Optional.empty();
        }
    }

    /** What this profile says of a database, by key without {@code databases.<name>.}, spelled as in files. */
    Map<String, String> numbers() {
        return ProfileNumbers.of(this);
    }
}
