// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.util.Locale;

/** The databases whose drivers want parameters and columns treated in a way of their own. */
public enum Dialect {
    /** PostgreSQL, and what speaks its protocol through its driver. */
    POSTGRESQL,
    /** MySQL and MariaDB: no arrays, and a TIMESTAMP is a point in time. */
    MYSQL,
    /** SQLite: no arrays, no types of its own for dates and times. */
    SQLITE,
    /** All others, treated as JDBC says. */
    OTHER;

    /**
     * Finds the dialect that belongs to a URL.
     *
     * @param jdbcUrl as given to the driver
     * @return {@link #OTHER} when the URL is none of the known ones
     */
    public static Dialect of(String jdbcUrl) {
        String url = jdbcUrl.toLowerCase(Locale.ROOT);
        if (url.startsWith("jdbc:postgresql:")) {
            return POSTGRESQL;
        }
        if (url.startsWith("jdbc:mysql:") || url.startsWith("jdbc:mariadb:")) {
            return MYSQL;
        }
        return url.startsWith("jdbc:sqlite:") ? SQLITE : OTHER;
    }

    boolean hasArrays() {
        return this == POSTGRESQL || this == OTHER;
    }
}
