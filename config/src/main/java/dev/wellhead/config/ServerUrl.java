// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code user:password@host:port/database?name=value} apart, of the databases of {@link Vendor}. What refuses a
 * malformed one never shows it.
 */
final class ServerUrl {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*)|\\[[0-9A-Fa-f:.%a-z]+]");

    /** What MySQL clients call a unix socket; the last is what MariaDB's driver does. */
    private static final Set<String> SOCKET = Set.of("socket", "socketpath", "unix_socket", "localsocket");

    private final String form;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, Secret> secrets = new LinkedHashMap<>();
    private @Nullable String username;
    private @Nullable String password;
    private String hosts = "";
    private String database = "";

    /** How it is written, for the mend. */
    private ServerUrl(String form) {
        this.form = form;
    }

    /** {@code postgresql://}, by what comes after that. */
    static ConnectionUrl postgresql(String rest) throws BadValueException {
        var url = new ServerUrl("postgresql://user:password@host:5432/database");
        url.split(rest.replace("+", "%2B"), true);
        url.hostParameter();
        return url.build(Vendor.POSTGRESQL);
    }

    /** {@code jdbc:postgresql:}, by what comes after that. */
    static ConnectionUrl jdbcPostgresql(String rest) throws BadValueException {
        var url = new ServerUrl("jdbc:postgresql://host:5432/database");
        url.split(rest.startsWith("//") ? rest.substring(2) : "localhost/" + rest.replaceFirst("^/", ""), false);
        // The driver's own rule.
        url.hosts = url.hosts.isEmpty() ? "localhost" : url.hosts;
        return url.build(Vendor.POSTGRESQL);
    }

    /** {@code mysql://} or {@code mariadb://}, by what comes after that. */
    static ConnectionUrl mysql(String scheme, String rest, Predicate<String> hasDriver) throws BadValueException {
        var url = new ServerUrl(scheme + "://user:password@host:3306/database");
        url.split(rest, true);
        var socket = url.takeSocket();
        var vendor = Vendor.ofMysql(scheme, socket.isPresent(), hasDriver);
        if (socket.isPresent()) {
            if (vendor == Vendor.MYSQL) {
                throw new BadValueException(
                        "names a unix socket, which MySQL's driver cannot use",
                        "add org.mariadb.jdbc:mariadb-java-client, which can, or name host and port");
            }
            url.parameters.put("localSocket", socket.get());
            url.hosts = url.hosts.isEmpty() ? "localhost" : url.hosts;
        }
        return url.build(vendor);
    }

    private void split(String rest, boolean encoded) throws BadValueException {
        if (rest.contains("#") || rest.chars().anyMatch(Character::isWhitespace)) {
            throw new BadValueException("must hold neither # nor white space", UrlText.ENCODE);
        }
        int end = indexOfAny(rest, "/?");
        var authority = rest.substring(0, end);
        int query = rest.indexOf('?', end);
        var path = rest.substring(end, query < 0 ? rest.length() : query);
        if (path.indexOf('@') >= 0 || path.indexOf('/', 1) > 0) {
            throw new BadValueException("must name one database after host and port", UrlText.ENCODE);
        }
        int at = authority.lastIndexOf('@');
        var asked = query < 0 ? "" : rest.substring(query + 1);
        if (encoded && at < 0 && asked.indexOf('@') >= 0) {
            throw new BadValueException("must hold a login only before the host", UrlText.ENCODE);
        }
        if (at >= 0) {
            login(authority.substring(0, at));
        }
        hosts = authority.substring(at + 1);
        database = UrlText.decode(path.startsWith("/") ? path.substring(1) : path);
        for (var parameter : asked.split("&", -1)) {
            if (!parameter.isEmpty()) {
                parameter(parameter);
            }
        }
    }

    private void login(String login) throws BadValueException {
        int colon = login.indexOf(':');
        username = UrlText.decode(colon < 0 ? login : login.substring(0, colon));
        if (colon >= 0) {
            password = UrlText.decode(login.substring(colon + 1));
        }
    }

    private void parameter(String parameter) throws BadValueException {
        int equals = parameter.indexOf('=');
        var name = parameter.substring(0, Math.max(0, equals));
        if (!name.matches("[A-Za-z0-9_.-]+")) {
            throw new BadValueException("must hold name=value parameters after the question mark", UrlText.ENCODE);
        }
        var value = parameter.substring(equals + 1);
        switch (name.toLowerCase(Locale.ROOT)) {
            case "user", "username" -> username = once("user name", username, UrlText.decode(value));
            case "password" -> password = once("password", password, UrlText.decode(value));
            default -> {
                var written = parameters.keySet().stream()
                        .filter(name::equalsIgnoreCase)
                        .findFirst()
                        .orElse(name);
                parameters.put(written, once("parameter " + name, parameters.get(written), value));
            }
        }
    }

    private static String once(String what, @Nullable String earlier, String value) throws BadValueException {
        if (earlier != null && !earlier.equals(value)) {
            throw new BadValueException("holds two values for the " + what, "keep one of the two");
        }
        return value;
    }

    /** PostgreSQL's own clients also take the host as a parameter. */
    private void hostParameter() throws BadValueException {
        var host = UrlText.decode(parameters.getOrDefault("host", ""));
        if (host.startsWith("/") || UrlText.decodedOrSame(hosts).startsWith("/")) {
            throw new BadValueException(
                    "names a unix socket, which PostgreSQL's JDBC driver cannot use by itself",
                    "name host and port, such as postgresql://localhost:5432/database; or, with junixsocket on the class"
                            + " path, write jdbc:postgresql://localhost/database?socketFactory=...&socketFactoryArg=...");
        }
        if (host.isEmpty()) {
            return;
        }
        if (!hosts.isEmpty()) {
            throw new BadValueException("names a host before the path and by a parameter", "keep one of the two");
        }
        parameters.remove("host");
        var port = Optional.ofNullable(parameters.remove("port"));
        hosts = host + port.map(number -> ":" + number).orElse("");
    }

    private Optional<String> takeSocket() {
        var names = parameters.keySet().stream()
                .filter(name -> SOCKET.contains(name.toLowerCase(Locale.ROOT)))
                .toList();
        // MariaDB's driver takes it as it stands.
        return names.stream()
                .map(name -> UrlText.decodedOrSame(String.valueOf(parameters.remove(name))))
                .reduce((first, last) -> last);
    }

    private ConnectionUrl build(Vendor vendor) throws BadValueException {
        var kept = new ArrayList<String>();
        parameters.forEach((name, value) -> {
            if (Masking.isSecretParameter(name)) {
                secrets.put(name, Secret.of(vendor.parameterValue(value)));
            } else {
                kept.add(name + "=" + value);
            }
        });
        var address = address(vendor, kept);
        return new ConnectionUrl(
                Optional.of(address),
                address.toJdbc(),
                username == null ? "" : username,
                Secret.of(password == null ? "" : password),
                secrets);
    }

    private Address address(Vendor vendor, List<String> kept) throws BadValueException {
        if (hosts.isEmpty()) {
            throw new BadValueException("names no host", "write it as " + form);
        }
        if (vendor == Vendor.MARIADB && database.matches(".*[/?&].*")) {
            throw new BadValueException(
                    "names a database that MariaDB's driver cannot take in a URL", "use a name without / ? &");
        }
        if (hosts.contains(",")) {
            for (var host : hosts.split(",", -1)) {
                host(host);
            }
            return new Address(vendor, hosts, 0, database, kept);
        }
        var single = host(hosts);
        int port = single.length() == hosts.length() ? 0 : Integer.parseInt(hosts.substring(single.length() + 1));
        return new Address(vendor, single, port, database, kept);
    }

    /** The host of {@code host:port}; refuses both when they are none. */
    private static String host(String hostAndPort) throws BadValueException {
        int bracket = hostAndPort.lastIndexOf(']');
        int colon = hostAndPort.indexOf(':', Math.max(bracket, 0));
        var host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
        if (!HOST.matcher(host).matches()) {
            throw new BadValueException(
                    "must name a host by letters, digits, dots and hyphens, or an IPv6 address in brackets",
                    UrlText.ENCODE);
        }
        if (colon >= 0) {
            var port = hostAndPort.substring(colon + 1);
            if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
                throw new BadValueException(
                        "must have a port from 1 to 65535 after the host",
                        "write host:port; or, if that was part of the password, " + UrlText.ENCODE);
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

    private static int indexOfAny(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }
}
