// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A database URL, taken apart. What refuses a malformed one never shows it: it may hold a password in any of its parts.
 *
 * @param address where the database is, where its URL has the form that {@link Vendor} says; else empty
 * @param jdbcUrl the URL as JDBC wants it, without anything secret
 * @param username the login name in it, empty if none
 * @param password the password in it, empty if none
 * @param secrets other secrets that were among its parameters, such as the password of a key; the driver takes them as
 *     properties just as well
 */
record ConnectionUrl(
        Optional<Address> address, String jdbcUrl, String username, Secret password, Map<String, Secret> secrets) {

    private static final Pattern SCHEME = Pattern.compile("(?is)((?:jdbc:)?[a-z][a-z0-9+.-]*):(.*)");
    private static final Pattern JDBC = Pattern.compile("(?is)jdbc:[a-z][a-z0-9+.-]*:\\S.*");
    private static final String USUAL = "write it as postgresql://user:password@host:5432/database";

    ConnectionUrl {
        secrets = Map.copyOf(secrets);
    }

    static ConnectionUrl parse(String given) throws BadValueException {
        return parse(given, ConnectionUrl::hasDriver);
    }

    /**
     * Takes a URL apart.
     *
     * @param hasDriver whether a driver accepts a JDBC URL
     */
    static ConnectionUrl parse(String given, Predicate<String> hasDriver) throws BadValueException {
        var url = given.strip();
        var parts = SCHEME.matcher(url);
        if (!parts.matches()) {
            throw unknownScheme("");
        }
        var scheme = parts.group(1).toLowerCase(Locale.ROOT);
        var rest = parts.group(2);
        return switch (scheme) {
            case "postgresql", "postgres" -> ServerUrl.postgresql(withoutSlashes(scheme, rest));
            case "jdbc:postgresql" -> ServerUrl.jdbcPostgresql(rest);
            case "mysql", "mariadb" -> ServerUrl.mysql(scheme, withoutSlashes(scheme, rest), hasDriver);
            case "sqlite" -> OtherUrl.parse("jdbc:sqlite:" + sqlitePath(rest));
            case "h2" -> OtherUrl.parse("jdbc:h2:" + rest);
            default -> {
                if (!JDBC.matcher(url).matches()) {
                    throw unknownScheme(scheme);
                }
                yield OtherUrl.parse(url);
            }
        };
    }

    /** The URL of a database at that address, without login. */
    static ConnectionUrl at(Address address) {
        return new ConnectionUrl(Optional.of(address), address.toJdbc(), "", Secret.empty(), Map.of());
    }

    /** The URL as it may be shown: without login, or nothing but its scheme when it cannot be taken apart. */
    static String shown(String given) {
        try {
            return Masking.url(parse(given).jdbcUrl());
        } catch (BadValueException malformed) {
            return Masking.brokenUrl(given);
        }
    }

    /** Whether anything in it is secret. */
    boolean hasSecret() {
        return !password.isEmpty() || !secrets.isEmpty();
    }

    /** Whether the database runs on this machine. */
    boolean isLoopback() {
        return Loopback.isLoopback(this);
    }

    private static boolean hasDriver(String jdbcUrl) {
        return DriverManager.drivers().anyMatch(driver -> accepts(driver, jdbcUrl));
    }

    private static boolean accepts(Driver driver, String jdbcUrl) {
        try {
            return driver.acceptsURL(jdbcUrl);
        } catch (SQLException refused) {
            // A driver may say no in this way as well.
            return false;
        }
    }

    private static String withoutSlashes(String scheme, String rest) throws BadValueException {
        if (!rest.startsWith("//")) {
            throw new BadValueException(
                    "must have two slashes after " + scheme + ":",
                    "write it as " + scheme + "://user:password@host/database");
        }
        return rest.substring(2);
    }

    /** {@code sqlite:path}; also {@code sqlite://path}, as other tools write it. */
    private static String sqlitePath(String rest) throws BadValueException {
        var path = rest.startsWith("//") ? rest.substring(2) : rest;
        if (path.isEmpty() || path.startsWith("?")) {
            throw new BadValueException(
                    "names no file", "write it as sqlite:./file.db, or sqlite::memory: for one that is lost at close");
        }
        return path;
    }

    private static BadValueException unknownScheme(String scheme) {
        var rule = "must start with postgresql://, mysql://, mariadb://, sqlite:, h2: or jdbc:";
        int plus = scheme.indexOf('+');
        var hint = switch (plus < 0 ? scheme : scheme.substring(0, plus)) {
            case "postgresql", "postgres", "mysql", "mariadb", "sqlite" ->
                "leave out +" + scheme.substring(plus + 1) + "; that is for programs in another language";
            case "sqlserver", "mssql" -> "write it as jdbc:sqlserver://host:1433;databaseName=database";
            case "oracle" -> "write it as jdbc:oracle:thin:@//host:1521/service";
            case "mongodb" -> "set MONGODB_URI, or mongodb.uri, which are MongoDB's";
            case "file" -> "write it as sqlite:./file.db, or h2:./file";
            case "cockroachdb", "cockroach", "redshift", "timescaledb", "psql", "pgsql" -> USUAL;
            default ->
                Nearest.within(scheme, List.of("postgresql", "postgres", "mysql", "mariadb", "sqlite", "jdbc"), 2)
                                .filter(name -> !scheme.isEmpty())
                                .map(name -> "did you mean " + name + "?; ")
                                .orElse("")
                        + USUAL;
        };
        return new BadValueException(rule, hint);
    }
}
