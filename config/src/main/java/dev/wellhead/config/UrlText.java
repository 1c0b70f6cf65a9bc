// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Percent-encoding in URLs. A plus sign stays one. */
final class UrlText {

    /** What to do about a URL that its own special characters tear apart. */
    static final String ENCODE =
            "percent-encode what is special in a user name or password: % as %25, / as %2F, @ as %40, : as %3A, ? as %3F,"
                    + " # as %23";

    private UrlText() {}

    static String decode(String text) throws BadValueException {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformedEscape) {
            // Not kept as the cause: its message quotes the text.
            throw new BadValueException("holds a % that is not followed by two hexadecimal digits", ENCODE);
        }
    }

    static String decodedOrSame(String text) {
        try {
            return decode(text);
        } catch (BadValueException asItStands) {
            return text;
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
