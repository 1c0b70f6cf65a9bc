// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A database URL, taken apart. What refuses a malformed one never shows it: it may hold a password in any of its parts.
 *
 * @param address of a PostgreSQL URL; empty for other JDBC URLs
 * @param jdbcUrl the URL as JDBC wants it, without login
 * @param username the login name in it, empty if none
 * @param password the password in it, empty if none
 */
record ConnectionUrl(Optional<Address> address, String jdbcUrl, String username, Secret password) {

    private static final Pattern JDBC_POSTGRESQL = Pattern.compile("(?i)jdbc:postgresql:.*", Pattern.DOTALL);
    private static final Pattern POSTGRESQL = Pattern.compile("(?i)(?:postgresql|postgres)://.*", Pattern.DOTALL);
    private static final Pattern JDBC = Pattern.compile("(?i)jdbc:[a-z][a-z0-9+.-]*:\\S.*", Pattern.DOTALL);
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*)|\\[[0-9A-Fa-f:.%a-z]+]");
    private static final Pattern LOGIN_PARAMETER = Pattern.compile("(?i)([?&;])(user|username|password)=([^&;]*)");
    private static final Pattern USER_INFO = Pattern.compile("//([^/@?;]*)@");
    private static final String ENCODE =
            "percent-encode what is special in a user name or password: % as %25, / as %2F, @ as %40, : as %3A, ? as %3F,"
                    + " # as %23";
    private static final int DEFAULT_PORT = 5432;

    /**
     * Where a PostgreSQL database is.
     *
     * @param host the host; several, with their ports, as {@code a:5432,b:5432}
     * @param port the port; 0 when none was given, or several hosts carry their own
     * @param database the database's name, decoded; empty if none
     * @param parameters the query, without login, as it was written; empty if none
     */
    record Address(String host, int port, String database, List<String> parameters) {

        boolean severalHosts() {
            return host.contains(",");
        }

        int effectivePort() {
            return port == 0 ? DEFAULT_PORT : port;
        }

        String toJdbc() {
            var authority = severalHosts() ? host : bracketed(host) + ":" + effectivePort();
            var query = parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
            return "jdbc:postgresql://" + authority + "/" + encode(database) + query;
        }

        /** The value of a parameter, if it was given; decoded, unless it cannot be. */
        Optional<String> parameter(String name) {
            return parameters.stream()
                    .filter(parameter -> parameter.toLowerCase(Locale.ROOT).startsWith(name + "="))
                    .map(parameter -> decodedOrSame(parameter.substring(name.length() + 1)))
                    .reduce((first, last) -> last);
        }

        Address without(String name) {
            var kept = parameters.stream()
                    .filter(parameter -> !parameter.toLowerCase(Locale.ROOT).startsWith(name + "="))
                    .toList();
            return new Address(host, port, database, kept);
        }

        private static String decodedOrSame(String text) {
            try {
                return decode(text);
            } catch (BadValueException asItStands) {
                return text;
            }
        }

        private static String bracketed(String host) {
            return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        }
    }

    static ConnectionUrl parse(String given) throws BadValueException {
        var url = given.strip();
        if (POSTGRESQL.matcher(url).matches()) {
            return postgresql(url.substring(url.indexOf("//") + 2).replace("+", "%2B"));
        }
        if (JDBC_POSTGRESQL.matcher(url).matches()) {
            var rest = url.substring("jdbc:postgresql:".length());
            return postgresql(rest.startsWith("//") ? rest.substring(2) : "localhost/" + rest.replaceFirst("^/", ""));
        }
        if (JDBC.matcher(url).matches()) {
            return other(url);
        }
        throw unknownScheme(url);
    }

    /** The URL of a PostgreSQL database at that address, without login. */
    static ConnectionUrl at(Address address) {
        return new ConnectionUrl(Optional.of(address), address.toJdbc(), "", Secret.empty());
    }

    /** The URL as it may be shown: without login, or nothing but its scheme when it cannot be taken apart. */
    static String shown(String given) {
        try {
            return Masking.url(parse(given).jdbcUrl());
        } catch (BadValueException malformed) {
            return Masking.brokenUrl(given);
        }
    }

    /** Whether the database runs on this machine. */
    boolean isLoopback() {
        var hosts = address.map(Address::host).orElseGet(() -> {
            int start = jdbcUrl.indexOf("//");
            return start < 0 ? "localhost" : jdbcUrl.substring(start + 2).split("[/?;]", 2)[0];
        });
        for (var host : hosts.split(",", -1)) {
            if (!isLoopback(host)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLoopback(String hostAndPort) {
        var lower = hostAndPort.toLowerCase(Locale.ROOT);
        var host = lower.startsWith("[")
                ? lower.substring(1, Math.max(1, lower.indexOf(']')))
                : lower.chars().filter(c -> c == ':').count() > 1 ? lower : lower.split(":", 2)[0];
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static ConnectionUrl postgresql(String rest) throws BadValueException {
        if (rest.contains("#") || rest.chars().anyMatch(Character::isWhitespace)) {
            throw new BadValueException("must hold neither # nor white space", ENCODE);
        }
        int end = indexOfAny(rest, "/?");
        var authority = rest.substring(0, end);
        int query = rest.indexOf('?', end);
        var path = rest.substring(end, query < 0 ? rest.length() : query);
        if (path.indexOf('@') >= 0 || path.indexOf('/', 1) > 0) {
            throw new BadValueException("must name one database after host and port", ENCODE);
        }
        int at = authority.lastIndexOf('@');
        var login = at < 0 ? "" : authority.substring(0, at);
        int colon = login.indexOf(':');
        var username = decode(colon < 0 ? login : login.substring(0, colon));
        var password = colon < 0 ? "" : decode(login.substring(colon + 1));
        var parameters = new ArrayList<String>();
        for (var parameter :
                query < 0 ? new String[0] : rest.substring(query + 1).split("&")) {
            int equals = parameter.indexOf('=');
            if (equals < 1 || parameter.substring(0, equals).matches(".*[@/:].*")) {
                throw new BadValueException("must hold name=value parameters after the question mark", ENCODE);
            }
            switch (parameter.substring(0, equals).toLowerCase(Locale.ROOT)) {
                case "user", "username" -> username = decode(parameter.substring(equals + 1));
                case "password" -> password = decode(parameter.substring(equals + 1));
                default -> parameters.add(parameter);
            }
        }
        var database = decode(path.startsWith("/") ? path.substring(1) : path);
        var address = address(authority.substring(at + 1), database, parameters);
        return new ConnectionUrl(Optional.of(address), address.toJdbc(), username, Secret.of(password));
    }

    private static Address address(String hosts, String database, List<String> parameters) throws BadValueException {
        if (hosts.isEmpty()) {
            throw new BadValueException("names no host", "write it as postgresql://user:password@host:5432/database");
        }
        if (hosts.contains(",")) {
            for (var host : hosts.split(",", -1)) {
                host(host);
            }
            return new Address(hosts, 0, database, List.copyOf(parameters));
        }
        var single = host(hosts);
        int port = single.length() == hosts.length() ? 0 : Integer.parseInt(hosts.substring(single.length() + 1));
        return new Address(single, port, database, List.copyOf(parameters));
    }

    /** The host of {@code host:port}; refuses both when they are none. */
    private static String host(String hostAndPort) throws BadValueException {
        int bracket = hostAndPort.lastIndexOf(']');
        int colon = hostAndPort.indexOf(':', Math.max(bracket, 0));
        var host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
        if (!HOST.matcher(host).matches()) {
            throw new BadValueException(
                    "must name a host by letters, digits, dots and hyphens, or an IPv6 address in brackets", ENCODE);
        }
        if (colon >= 0) {
            var port = hostAndPort.substring(colon + 1);
            if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
                throw new BadValueException(
                        "must have a port from 1 to 65535 after the host",
                        "write host:5432; or, if that was part of the password, " + ENCODE);
            }
        }
        return host;
    }

    /** A host given by itself; refuses what is none. */
    static String checkedHost(String text) throws BadValueException {
        var host = text.strip();
        var bracketed = host.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*") ? "[" + host + "]" : host;
        if (!HOST.matcher(bracketed).matches()) {
            throw new BadValueException(
                    "must be one host name or address",
                    "leave out scheme, port and path; the port has a key of its own");
        }
        return bracketed;
    }

    /** A JDBC URL of another database: kept as it is but for the login. */
    private static ConnectionUrl other(String url) throws BadValueException {
        var username = "";
        var password = "";
        var rest = url;
        var info = USER_INFO.matcher(rest);
        if (info.find()) {
            int colon = info.group(1).indexOf(':');
            username = decode(colon < 0 ? info.group(1) : info.group(1).substring(0, colon));
            password = colon < 0 ? "" : decode(info.group(1).substring(colon + 1));
            rest = rest.substring(0, info.start()) + "//" + rest.substring(info.end());
        }
        if (rest.indexOf('@') >= 0 && rest.indexOf("//") >= 0) {
            throw new BadValueException("must hold a login only before the host", ENCODE);
        }
        var parameter = LOGIN_PARAMETER.matcher(rest);
        while (parameter.find()) {
            if (parameter.group(2).toLowerCase(Locale.ROOT).equals("password")) {
                password = parameter.group(3);
            } else {
                username = parameter.group(3);
            }
        }
        var kept =
                LOGIN_PARAMETER.matcher(rest).replaceAll(found -> found.group(1).equals("?") ? "?" : "");
        kept = kept.replace("?&", "?").replace("?;", "?").replaceFirst("\\?$", "");
        return new ConnectionUrl(Optional.empty(), kept, username, Secret.of(password));
    }

    private static BadValueException unknownScheme(String url) {
        int colon = url.indexOf(':');
        var scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        var nearest = Nearest.within(scheme, List.of("postgresql", "postgres", "jdbc"), 3);
        var hint = switch (scheme) {
            case "mysql", "mariadb", "sqlserver" -> "write it as jdbc:" + scheme + "://host/database";
            default ->
                nearest.map(name -> "did you mean " + name + "?; ").orElse("")
                        + "write it as postgresql://user:password@host:5432/database";
        };
        return new BadValueException("must start with postgresql://, postgres:// or jdbc:", hint);
    }

    private static int indexOfAny(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static String decode(String text) throws BadValueException {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformedEscape) {
            // Not kept as the cause: its message quotes the text.
            throw new BadValueException("holds a % that is not followed by two hexadecimal digits", ENCODE);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
