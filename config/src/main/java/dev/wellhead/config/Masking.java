// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps secrets out of texts. */
final class Masking {

    static final String MASK = "****";

    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(?:password|passwd|passphrase|pwd|secret|token|credential|key).*");
    private static final Pattern SCHEME = Pattern.compile("(?i)(?:jdbc:)?[a-z][a-z0-9+.-]*:(?://)?");

    /** Unlike above not every key: that of TLS is a path. */
    private static final String SECRET = "[a-z0-9_.-]*(?:password|passwd|passphrase|pwd|secret|token|credential"
            + "|(?:access|api|private|account|client)_?key)[a-z0-9_.-]*";

    private static final Pattern SECRET_PARAMETER_NAME = Pattern.compile("(?i)" + SECRET);
    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("(?i)([?&;:(,]" + SECRET + "=)(?:\\{(?:[^}]|}})*}|[^&;]*)");

    private Masking() {}

    /** A URL without the values of parameters that may be secrets, such as the password of a key. */
    static String url(String url) {
        return SECRET_PARAMETER.matcher(url).replaceAll("$1" + Matcher.quoteReplacement(MASK));
    }

    /** Whether what a URL's parameter of that name holds may be secret. */
    static boolean isSecretParameter(String name) {
        return SECRET_PARAMETER_NAME.matcher(name).matches();
    }

    /** Whether what stands under that name may be a secret. */
    static boolean isSecretName(String name) {
        return SECRET_NAME.matcher(name).matches();
    }

    /** What may be shown of a URL that could not be taken apart: its scheme. */
    static String brokenUrl(String text) {
        var scheme = SCHEME.matcher(text.strip());
        return scheme.lookingAt() ? scheme.group() + MASK : MASK;
    }
}
