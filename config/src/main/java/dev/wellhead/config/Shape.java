// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;

/** What a value looks like, for documents and the schema; the parser of its type is what decides. */
sealed interface Shape {

    /** Any text. */
    record Text() implements Shape {}

    /** A text that matches that regular expression. */
    record Matching(String pattern) implements Shape {}

    /** A whole number of that range, both ends included. */
    record Whole(int least, int most) implements Shape {}

    /** A number of that range, both ends included. */
    record Fraction(double least, double most) implements Shape {}

    /** A duration such as {@code 250ms}; {@code zero} says whether none at all is one. */
    record Time(boolean zero) implements Shape {}

    /** {@code true} or {@code false}. */
    record Flag() implements Shape {}

    /** One of these words. */
    record Choice(List<String> words) implements Shape {}

    /** {@code name=value,...}, in a file a mapping as well. */
    record Pairs() implements Shape {}

    /** {@code name=guaranteed..ceiling,...}, in a file a mapping as well. */
    record Lanes() implements Shape {}

    /** The range of numbers as people write it; empty where there is none. */
    default String range() {
        if (this instanceof Whole whole) {
            return whole.most() == Integer.MAX_VALUE
                    ? "at least " + whole.least()
                    : "from " + whole.least() + " to " + whole.most();
        }
        if (this instanceof Fraction fraction) {
            return "from " + ValueType.plain(fraction.least()) + " to " + ValueType.plain(fraction.most());
        }
        return "";
    }
}
