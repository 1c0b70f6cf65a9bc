// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a route may know of one request.
 *
 * @param path the path asked for
 * @param parameters of the query, the first value of each
 * @param authorization the header of that name, or empty
 * @param host the host that the client believes to talk to, without its port; empty when it did not say
 */
record Request(String path, Map<String, String> parameters, String authorization, String host) {

    private static final Pattern PORT = Pattern.compile(":\\d*$");

    /** One by its headers, which may be missing. */
    static Request of(
            String path, Map<String, String> parameters, @Nullable String authorization, @Nullable String host) {
        return new Request(
                path,
                parameters,
                authorization == null ? "" : authorization,
                host == null ? "" : PORT.matcher(host).replaceFirst(""));
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
    Database database(DatabaseManager manager) {
        var all = manager.databases();
        var name = parameter("database");
        return all.stream()
                .filter(each -> name.map(each.name()::equals)
                        .orElse(all.size() == 1 || each.name().equals(DatabaseManager.DEFAULT_NAME)))
                .findFirst()
                .orElseThrow(() -> new BadRequestException(
                        name.isPresent() ? 404 : 400,
                        "database must be one of "
                                + all.stream().map(Database::name).sorted().toList()));
    }

    /** That parameter, if it was given and is not empty. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }
}
