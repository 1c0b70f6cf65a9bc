// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to change, with the numbers that say so.
 *
 * @param kind what it is about
 * @param database which it is about
 * @param text one or two sentences with the numbers, for people
 * @param numbers the same numbers by name, with the unit in the name
 * @param confidence how far to trust it
 */
public record Advice(
        AdviceKind kind, String database, String text, Map<String, Double> numbers, Confidence confidence) {

    /** Copies the map. */
    public Advice {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }
}
