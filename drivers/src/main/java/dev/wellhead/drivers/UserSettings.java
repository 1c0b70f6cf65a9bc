// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the user has said of the driver, in its properties and in the URL. Names count in whatever case. */
final class UserSettings {

    private UserSettings() {}

    /** The defaults without those of which the user has spoken. */
    static Map<String, String> leftOut(Map<String, String> defaults, String jdbcUrl, Map<String, String> given) {
        var said = names(jdbcUrl);
        given.keySet().forEach(name -> said.add(name.toLowerCase(Locale.ROOT)));
        var left = new TreeMap<>(defaults);
        left.keySet().removeIf(name -> said.contains(name.toLowerCase(Locale.ROOT)));
        return left;
    }

    /** The value of a parameter in a URL; the last one where it comes twice. */
    static Optional<String> inUrl(String jdbcUrl, String name) {
        Optional<String> found = Optional.empty();
        for (var parameter : parameters(jdbcUrl)) {
            if (parameter.length() > name.length()
                    && parameter.charAt(name.length()) == '='
                    && parameter.regionMatches(true, 0, name, 0, name.length())) {
                found = Optional.of(parameter.substring(name.length() + 1));
            }
        }
        return found;
    }

    private static Set<String> names(String jdbcUrl) {
        var names = new HashSet<String>();
        for (var parameter : parameters(jdbcUrl)) {
            names.add(parameter.split("=", 2)[0].toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /** After the question mark, or after the first semicolon as H2 has it. */
    private static String[] parameters(String jdbcUrl) {
        var parts = jdbcUrl.split("[?;]", 2);
        return parts.length < 2 ? new String[0] : parts[1].split("[&;]");
    }
}
