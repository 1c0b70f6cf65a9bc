// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import java.util.regex.Pattern;

/** Connection strings in texts for people. */
public final class UriText {

    private static final String MASK = "****";
    private static final Pattern PARTS = Pattern.compile("(?s)(mongodb(?:\\+srv)?://)(?:(.*)@)?(.*)");
    private static final String HOST = "(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+|[A-Za-z0-9._-]*%2[Ff][A-Za-z0-9._%-]+)";
    private static final String HOSTS = HOST + "(?::\\d{1,5})?(?:," + HOST + "(?::\\d{1,5})?)*";

    /** What no part of a login that was torn apart looks like. */
    private static final Pattern VISIBLE = Pattern.compile(HOSTS + "(?:/[^/?&=:]*)?(?:\\?[^?]*)?");

    private static final Pattern SECRET_OPTION = Pattern.compile(
            "(?i)([?&;][^=&;]*(?:password|passphrase|properties|credential|secret|token|key)[^=&;]*=)[^&;]*");

    private UriText() {}

    /**
     * The connection string with login and options that may be secret masked; of one whose parts cannot be told apart, its
     * scheme.
     */
    public static String shown(String uri) {
        var parts = PARTS.matcher(uri.strip());
        if (!parts.matches()) {
            return MASK;
        }
        var scheme = parts.group(1);
        if (!VISIBLE.matcher(parts.group(3)).matches()) {
            return scheme + MASK;
        }
        var login = parts.group(2) == null ? "" : MASK + "@";
        return scheme + login + SECRET_OPTION.matcher(parts.group(3)).replaceAll("$1****");
    }
}
