// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a database is.
 *
 * @param vendor which kind of database
 * @param host the host; several, with their ports, as {@code a:5432,b:5432}
 * @param port the port; 0 when none was given, or several hosts carry their own
 * @param database the database's name, decoded; empty if none
 * @param parameters the query, without what is secret, as it was written; empty if none
 */
record Address(Vendor vendor, String host, int port, String database, List<String> parameters) {

    Address {
        parameters = List.copyOf(parameters);
    }

    boolean severalHosts() {
        return host.contains(",");
    }

    int effectivePort() {
        return port == 0 ? vendor.port() : port;
    }

    String toJdbc() {
        var authority = severalHosts() ? host : bracketed(host) + ":" + effectivePort();
        var query = parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
        return vendor.prefix() + authority + "/" + vendor.pathOf(database) + query;
    }

    /** The names of all parameters, as they were written. */
    List<String> parameterNames() {
        return parameters.stream()
                .map(parameter -> parameter.substring(0, parameter.indexOf('=')))
                .toList();
    }

    /** The value of a parameter, if it was given; decoded, unless it cannot be. */
    Optional<String> parameter(String name) {
        return parameters.stream()
                .filter(parameter -> isNamed(parameter, name))
                .map(parameter -> UrlText.decodedOrSame(parameter.substring(name.length() + 1)))
                .reduce((first, last) -> last);
    }

    Address without(String name) {
        var kept = parameters.stream()
                .filter(parameter -> !isNamed(parameter, name))
                .toList();
        return new Address(vendor, host, port, database, kept);
    }

    private static boolean isNamed(String parameter, String name) {
        return parameter.toLowerCase(Locale.ROOT).startsWith(name + "=");
    }

    private static String bracketed(String host) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
