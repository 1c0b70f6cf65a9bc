// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code wellhead top} knows after one look at the server.
 *
 * @param at when it looked
 * @param databases body of {@code /api/databases}
 * @param statements body of {@code /api/statements} of the database looked at; missing where they are not counted
 * @param leases body of {@code /api/leases}
 * @param alerts body of {@code /api/alerts}
 * @param events body of {@code /api/events}: the newest of all databases, the oldest of them first
 * @param trouble why the server gave no answer this time, or empty; the rest is then of the last time
 */
record TopState(
        Instant at,
        JsonNode databases,
        JsonNode statements,
        JsonNode leases,
        JsonNode alerts,
        JsonNode events,
        String trouble) {

    /** Which table stands below the databases. */
    enum View {
        STATEMENTS,
        LEASES,
        ALERTS,
        EVENTS
    }

    private static final String MOST_EVENTS = "100";

    /** What statements are sorted by, as the server names it. */
    static final List<String> SORTS = List.of("run", "calls", "mean", "p99", "waited", "held", "rows", "errors");

    /**
     * What the user wants to see.
     *
     * @param database whose statements; the first where it is none of the server's
     * @param sort one of {@link #SORTS}
     * @param selected row of the leases
     */
    record Wish(View view, int database, String sort, int selected) {

        static final Wish FIRST = new Wish(View.STATEMENTS, 0, SORTS.get(0), 0);

        Wish with(View next) {
            return new Wish(next, database, sort, 0);
        }

        Wish nextDatabase() {
            return new Wish(view, database + 1, sort, selected);
        }

        Wish nextSort() {
            return new Wish(view, database, SORTS.get((SORTS.indexOf(sort) + 1) % SORTS.size()), selected);
        }

        Wish moved(int rows, int most) {
            return new Wish(view, database, sort, Math.max(0, Math.min(selected + rows, most - 1)));
        }
    }

    /**
     * Looks at the server. Blocks for its answers.
     *
     * @throws CommandException when it gives none
     */
    static TopState look(ServerClient client, Wish wish) throws InterruptedException {
        var databases = client.get("/api/databases", Map.of()).json();
        var leases = client.get("/api/leases", Map.of()).json();
        var alerts = client.get("/api/alerts", Map.of()).json();
        var events = client.get("/api/events", Map.of("limit", Optional.of(MOST_EVENTS)))
                .json();
        var statements = statements(client, name(databases, wish.database()), wish.sort());
        return new TopState(Instant.now(), databases, statements, leases, alerts, events, "");
    }

    private static JsonNode statements(ServerClient client, String database, String sort) throws InterruptedException {
        try {
            return client.get(
                            "/api/statements",
                            Map.of(
                                    "database",
                                    Optional.of(database),
                                    "sort",
                                    Optional.of(sort),
                                    "limit",
                                    Optional.of("100")))
                    .json();
        } catch (CommandException e) {
            if (e.exitCode() == ExitCode.UNREACHABLE) {
                throw e;
            }
            // Their counting is switched off for this database.
            return MissingNode.getInstance();
        }
    }

    /** The name of a database by its number, which wraps around; empty where there is none. */
    static String name(JsonNode databases, int number) {
        var all = databases.path("databases");
        return all.isEmpty()
                ? ""
                : all.path(number % all.size()).path("database").asText();
    }

    /** The same as of then, with why there is nothing newer. */
    TopState troubled(String why) {
        return new TopState(at, databases, statements, leases, alerts, events, why);
    }
}
