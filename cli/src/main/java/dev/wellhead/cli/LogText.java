// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.regex.Pattern;

/** Values for {@code key=value} texts: what is not a plain word is quoted, and stays on one line. */
final class LogText {
    private static final int LONGEST = 500;
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}._:/+*-]+");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private LogText() {}

    static String value(String text) {
        var shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        if (PLAIN.matcher(shown).matches()) {
            return shown;
        }
        return '"' + CONTROL.matcher(shown).replaceAll(" ").replace('"', '\'') + '"';
    }
}
