// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Locale;
import java.util.function.Predicate;

/** Databases whose URLs all have the form {@code scheme://user:password@host:port/database?name=value}. */
enum Vendor {
    POSTGRESQL(5432),
    MARIADB(3306),
    MYSQL(3306);

    private final int port;

    Vendor(int port) {
        this.port = port;
    }

    /** Where a server listens unless told otherwise. */
    int port() {
        return port;
    }

    /** How JDBC URLs begin. */
    String prefix() {
        return "jdbc:" + name().toLowerCase(Locale.ROOT) + "://";
    }

    /**
     * A database's name as the driver wants it: MariaDB's reads it as it stands, the others decode it.
     *
     * @param database decoded
     */
    String pathOf(String database) {
        return this == MARIADB ? database : UrlText.encode(database);
    }

    /** A parameter's value as the driver reads it out of a URL. */
    String parameterValue(String written) {
        return this == MARIADB ? written : UrlText.decodedOrSame(written);
    }

    /**
     * Which of the two drivers serves {@code mysql://} or {@code mariadb://}: the one of that name, unless only the other
     * is there. Either speaks to both servers.
     *
     * @param hasDriver whether a driver accepts a JDBC URL
     */
    static Vendor ofMysql(String scheme, boolean overSocket, Predicate<String> hasDriver) {
        var named = scheme.equals("mysql") ? MYSQL : MARIADB;
        var other = named == MYSQL ? MARIADB : MYSQL;
        // Only MariaDB's driver can use a unix socket.
        boolean wrong = overSocket && named == MYSQL;
        boolean swap = hasDriver.test(other.prefix() + "host/") && (wrong || !hasDriver.test(named.prefix() + "host/"));
        return swap ? other : named;
    }
}
