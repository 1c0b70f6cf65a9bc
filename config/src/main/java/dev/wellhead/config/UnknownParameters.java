// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Parameters of a URL that PostgreSQL's driver ignores without a word, such as those that other clients know. Not done
 * for other drivers: their lists leave out names that they take all the same.
 */
final class UnknownParameters {

    /** What other clients say by a parameter, and the key that says it here. */
    private static final Map<String, String> KEYS = Map.of(
            "application_name", "pool.application-name",
            "connect_timeout", "pool.connect-timeout",
            "connection_limit", "pool.max-size",
            "pgbouncer", "pool.pooled",
            "pool_timeout", "pool.acquire-timeout",
            "schema", "pool.schema",
            "statement_timeout", "pool.statement-timeout");

    private static final Map<String, String> PARAMETERS =
            Map.of("channel_binding", "channelBinding", "target_session_attrs", "targetServerType");

    private UnknownParameters() {}

    /** One warning for each. */
    static void find(Said said, Address address, Consumer<Problem> problems) {
        if (address.vendor() != Vendor.POSTGRESQL || address.parameters().isEmpty()) {
            return;
        }
        var known = known();
        if (known.isEmpty()) {
            return;
        }
        for (var name : address.parameterNames()) {
            // Of several hosts the pool chooses one, by libpq's words too.
            boolean choosesHost = address.severalHosts() && name.equals("target_session_attrs");
            if (!known.contains(name) && !choosesHost) {
                problems.accept(Problem.warning(
                        said.place(),
                        said.slot().text(),
                        said.shown(),
                        "holds the parameter " + name + ", which PostgreSQL's JDBC driver ignores",
                        fix(name, known, said.slot().database())));
            }
        }
    }

    private static String fix(String name, Set<String> known, String database) {
        var key = KEYS.get(name);
        if (key != null) {
            return "remove it and set " + Said.Slot.of(database, key).text();
        }
        var parameter = PARAMETERS.get(name);
        return parameter != null
                ? "write it as " + parameter + ", with the values that this driver knows"
                : Nearest.within(name, known, 2)
                        .map(nearest -> "did you mean " + nearest + "?")
                        .orElse("remove it");
    }

    /** What the driver says itself; empty where there is none. */
    private static Set<String> known() {
        var names = new TreeSet<String>();
        var url = Vendor.POSTGRESQL.prefix() + "localhost/";
        try {
            Arrays.stream(DriverManager.getDriver(url).getPropertyInfo(url, new Properties()))
                    .forEach(property -> names.add(property.name));
        } catch (SQLException noDriver) {
            // Opening the database says so.
            return Set.of();
        }
        return names;
    }
}
