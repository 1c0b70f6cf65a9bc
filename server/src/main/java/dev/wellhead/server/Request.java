// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.MonitoredDatabase;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a route may know of one request.
 *
 * @param path the path asked for
 * @param parameters of the query, the first value of each
 * @param authorization the header of that name, or empty
 * @param host the host that the client believes to talk to, without its port; empty when it did not say
 * @param remote the address it comes from
 * @param body the whole body; empty for what is read
 */
record Request(
        String path, Map<String, String> parameters, String authorization, String host, String remote, String body) {

    private static final Pattern PORT = Pattern.compile(":\\d*$");

    /**
     * One to be read.
     *
     * @param host the header, with its port
     */
    static Request of(String path, Map<String, String> parameters, String authorization, String host, String remote) {
        return new Request(path, parameters, authorization, PORT.matcher(host).replaceFirst(""), remote, "");
    }

    /**
     * The whole number given as that parameter.
     *
     * @param usual what it is when it was not given
     */
    long number(String name, long usual, long least) {
        var given = parameter(name);
        if (given.isEmpty()) {
            return usual;
        }
        try {
            long number = Long.parseLong(given.get());
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new BadRequestException(400, name + " must be a whole number from " + least);
    }

    /** The database of that parameter; without it the only one, or the one called {@code default}. */
    MonitoredDatabase database(DatabaseManager manager) {
        var all = manager.monitored();
        var name = parameter("database");
        return all.stream()
                .filter(each -> name.map(each.name()::equals)
                        .orElse(all.size() == 1 || each.name().equals(DatabaseManager.DEFAULT_NAME)))
                .findFirst()
                .orElseThrow(() -> new BadRequestException(
                        name.isPresent() ? 404 : 400,
                        "database must be one of "
                                + all.stream()
                                        .map(MonitoredDatabase::name)
                                        .sorted()
                                        .toList()));
    }

    /** That parameter, if it was given and is not empty. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /** The same with its body. */
    Request with(String read) {
        return new Request(path, parameters, authorization, host, remote, read);
    }
}
