// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JDBC URL, taken apart as far as secrets demand: {@code user} and {@code password} are taken out at once, whether
 * they stand before the host, before Oracle's {@code @}, among the parameters after {@code ?} or among those after {@code ;}.
 *
 * @param withoutCredentials the URL that may be shown and handed to the driver
 * @param username the login found in it; empty if none
 * @param password the password found in it; empty if none
 */
public record JdbcUrl(String withoutCredentials, String username, Secret password) {

    /**
     * {@code //user:password@}. People forget to escape: the password ends at the last {@code @} before the host's
     * {@code /}, and may hold a {@code /} itself where no port number could be meant.
     */
    private static final Pattern USER_INFO = Pattern.compile("//([^/?;\\s]*(?:;(?!\\w+=)[^/?;\\s]*)*"
            + "|[^:/?@\\[\\s]+:(?!\\d+[/,])[^?;\\s]*(?:;(?!\\w+=)[^?;\\s]*)*)@");

    private static final Pattern SECRET_PARAMETER = Pattern.compile(
            "(?i)([?&;:(,](?:[a-z_.]*(?:password|passwd|pwd|secret|token|key)[a-z_.]*)=)(?:\\{[^}]*\\}|[^&;]*)");

    /** Oracle's {@code user/password} before the {@code @}; the password may stand in double quotes. */
    private static final Pattern ORACLE_LOGIN =
            Pattern.compile("(?i)^(jdbc:oracle:[a-z0-9]+:)([^/@\"]*)/(\"[^\"]*\"|[^?]*|.*)(?=@)");

    /** The first parameter of DB2 stands after a colon. */
    private static final Pattern AFTER_COLON = Pattern.compile("(?i)(.*/[^:]*:)((?:user|password)=.*)");

    private static final Pattern SEMICOLON_OUTSIDE_BRACES = Pattern.compile(";(?![^{]*\\})");

    /** Takes a URL apart; never fails. */
    public static JdbcUrl parse(String url) {
        var login = new Login();
        var rest = url;
        Matcher oracle = ORACLE_LOGIN.matcher(rest);
        Matcher info = USER_INFO.matcher(rest);
        if (oracle.find()) {
            login.user = oracle.group(2);
            login.password = oracle.group(3).replaceAll("^\"|\"$", "");
            rest = oracle.group(1) + rest.substring(oracle.end());
        } else if (info.find()) {
            login.take(info.group(1));
            rest = rest.substring(0, info.start()) + "//" + rest.substring(info.end());
        }
        int query = rest.indexOf('?');
        if (query >= 0) {
            var kept = login.sift(List.of(rest.substring(query + 1).split("&", -1)), true);
            rest = rest.substring(0, query) + (kept.isEmpty() ? "" : "?" + String.join("&", kept));
        } else {
            var parts = List.of(SEMICOLON_OUTSIDE_BRACES.split(rest, -1));
            var first = AFTER_COLON.matcher(parts.get(0));
            if (first.matches()) {
                login.sift(List.of(first.group(2)), false);
                parts = parts.subList(1, parts.size());
                rest = first.group(1) + String.join(";", login.sift(parts, false));
            } else {
                rest = String.join(";", login.sift(parts, false));
            }
        }
        return new JdbcUrl(rest, login.user, Secret.of(login.password));
    }

    /** The text with everything that may be a secret replaced by {@code ****}. */
    public static String mask(String url) {
        var masked = ORACLE_LOGIN.matcher(url).replaceFirst("$1****");
        masked = USER_INFO.matcher(masked).replaceAll("//****@");
        return SECRET_PARAMETER.matcher(masked).replaceAll("$1****");
    }

    /** The values of parameters whose names speak of a secret, as they are written and decoded. */
    static Set<String> secrets(String url) {
        Set<String> found = new LinkedHashSet<>();
        var parameter = SECRET_PARAMETER.matcher(url);
        while (parameter.find()) {
            var value = Login.unbraced(
                    parameter.group().substring(parameter.group(1).length()));
            found.add(value);
            found.add(decode(value));
        }
        return found;
    }

    /** The value of a parameter or driver property as it may be shown: {@code ****} where the key speaks of a secret. */
    public static String mask(String key, String value) {
        return SECRET_PARAMETER.matcher("?" + key + "=").matches() ? "****" : value;
    }

    /** What was found so far. */
    private static final class Login {
        private String user = "";
        private String password = "";

        void take(String userInfo) {
            int colon = userInfo.indexOf(':');
            user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
        }

        /** The parameters that are neither user nor password. */
        List<String> sift(List<String> parameters, boolean escaped) {
            var kept = new ArrayList<String>();
            for (var parameter : parameters) {
                int equals = parameter.indexOf('=');
                var key = equals < 0 ? "" : parameter.substring(0, equals);
                var value = parameter.substring(equals + 1);
                switch (key.toLowerCase(Locale.ROOT)) {
                    case "user" -> user = escaped ? decode(value) : unbraced(value);
                    case "password" -> password = escaped ? decode(value) : unbraced(value);
                    default -> kept.add(parameter);
                }
            }
            return kept;
        }

        private static String unbraced(String value) {
            return value.startsWith("{") && value.endsWith("}") ? value.substring(1, value.length() - 1) : value;
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformedEscape) {
            // A lone percent sign: the text is meant as it stands.
            return text;
        }
    }
}
