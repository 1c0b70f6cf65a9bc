// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Values that hold <code>${NAME}</code>, which other programs replace by a variable and this one takes as it stands: a
 * login would fail with a password that nobody wrote.
 */
final class Unexpanded {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[A-Za-z_][A-Za-z0-9_.]*(:[^}]*)?}");

    private Unexpanded() {}

    /** One warning for each. The name is not told: it may be a part of a secret. */
    static List<Problem> problems(List<Said> said) {
        return said.stream()
                .filter(one -> REFERENCE.matcher(one.written()).find())
                .map(one -> Problem.warning(
                        one.place(),
                        one.slot().text(),
                        one.shown(),
                        "holds ${...}, which is taken as it stands: variables are not put in",
                        "remove it and set this key in the environment, or write the value itself"))
                .toList();
    }
}
