// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.regex.Pattern;

/** Texts of others for logs and errors: on one line, and of bounded length. */
final class LogText {

    private static final int LONGEST = 160;
    private static final Pattern PLAIN = Pattern.compile("[^\\s\"=\\p{C}]+");
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]+");

    private LogText() {}

    /** A value of {@code key=value}: in quotes unless it is one word. */
    static String value(String text) {
        var shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        return PLAIN.matcher(shown).matches() ? shown : '"' + oneLine(shown).replace('"', '\'') + '"';
    }

    /** In place of line breaks and other control characters, one space each time. */
    static String oneLine(String text) {
        return BREAKS.matcher(text).replaceAll(" ");
    }
}
