// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A JDBC URL that is kept as it is, but for the login and whatever else in it is secret. */
final class OtherUrl {

    private static final Pattern EMBEDDED = Pattern.compile("(?i)jdbc:(?:sqlite|duckdb):.*", Pattern.DOTALL);
    private static final Pattern USER_INFO = Pattern.compile("//([^/@?;]*)@");

    /** {@code name=value} after {@code ?}, {@code &}, {@code ;}, or after the colon of {@code jdbc:db2://host/name:}. */
    private static final Pattern PARAMETER =
            Pattern.compile("(?i)([?&;]|(?<=[^:/]):)([a-z][a-z0-9_.-]*)=(\\{(?:[^}]|}})*}|[^&;]*)");

    /** {@code user/password} or {@code user/"password"} before the {@code @}. */
    private static final Pattern ORACLE = Pattern.compile(
            "(?i)(jdbc:oracle:[a-z0-9]+:)(?:([^/@\"]*)(?:/(\"[^\"]*\"|[^\"@]*))?)?(@[^@]*)", Pattern.DOTALL);

    private static final Pattern IN_PARENTHESES = Pattern.compile("(?i)[(,]\\s*(?:user|username|password)\\s*=");

    private String username = "";
    private String password = "";
    private final Map<String, Secret> secrets = new LinkedHashMap<>();

    private OtherUrl() {}

    static ConnectionUrl parse(String url) throws BadValueException {
        var login = new OtherUrl();
        var rest = url.toLowerCase(Locale.ROOT).startsWith("jdbc:oracle:") ? login.oracle(url) : login.userInfo(url);
        rest = login.parameters(rest);
        if (IN_PARENTHESES.matcher(rest).find()) {
            throw new BadValueException(
                    "must not hold a login in parentheses",
                    "take it out, and give username and password by their keys");
        }
        return new ConnectionUrl(Optional.empty(), rest, login.username, Secret.of(login.password), login.secrets);
    }

    private String userInfo(String url) throws BadValueException {
        if (EMBEDDED.matcher(url).matches()) {
            // A path, in which a @ is nothing special.
            return url;
        }
        var rest = url;
        var info = USER_INFO.matcher(rest);
        if (info.find()) {
            int colon = info.group(1).indexOf(':');
            username = UrlText.decode(colon < 0 ? info.group(1) : info.group(1).substring(0, colon));
            password = colon < 0 ? "" : UrlText.decode(info.group(1).substring(colon + 1));
            rest = rest.substring(0, info.start()) + "//" + rest.substring(info.end());
        }
        if (rest.split("[?;]", 2)[0].matches("(?s).*//.*@.*")) {
            throw new BadValueException("must hold a login only before the host", UrlText.ENCODE);
        }
        return rest;
    }

    private String oracle(String url) throws BadValueException {
        var parts = ORACLE.matcher(url);
        if (!parts.matches()) {
            throw new BadValueException(
                    "must have one @ between login and host",
                    "put a password that holds @ or / into double quotes, or give it by its own key");
        }
        username = Optional.ofNullable(parts.group(2)).orElse("");
        password = Optional.ofNullable(parts.group(3)).orElse("").replaceAll("^\"|\"$", "");
        return parts.group(1) + parts.group(4);
    }

    private String parameters(String rest) {
        var kept = PARAMETER.matcher(rest).replaceAll(found -> take(found) ? separator(found) : "$0");
        return kept.replaceAll("([?:])[&;]", "$1").replaceFirst("[?]$", "");
    }

    /** What has to stay where a parameter was taken out. */
    private static String separator(MatchResult found) {
        return found.group(1).matches("[?:]") ? found.group(1) : "";
    }

    private boolean take(MatchResult found) {
        var name = found.group(2);
        var value = found.group(3).startsWith("{") && found.group(3).endsWith("}")
                ? found.group(3).substring(1, found.group(3).length() - 1).replace("}}", "}")
                : found.group(3);
        switch (name.toLowerCase(Locale.ROOT)) {
            case "user", "username" -> username = value;
            case "password" -> password = value;
            default -> {
                if (!Masking.isSecretParameter(name)) {
                    return false;
                }
                secrets.put(name, Secret.of(value));
            }
        }
        return true;
    }
}
