// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Attempt;
import dev.wellhead.database.DatabaseManager;
import java.util.List;
import java.util.Map;

/** Writes to and reads from the database that {@code DATABASE_URL} names. */
public final class QuickStart {

    /** A row of the table {@code visit}; the column {@code from_city} is {@code fromCity}. */
    record Visit(long id, String who, String fromCity) {}

    private QuickStart() {}

    /** Runs the example; the shared manager closes with the JVM. */
    public static void main(String[] args) {
        var database = DatabaseManager.shared().database();
        database.update("create visits", """
                CREATE TABLE IF NOT EXISTS visit (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text NOT NULL, from_city text NOT NULL)
                """);

        // All or nothing. The work may run more than once, so it touches nothing but the database.
        long first = database.transaction("record visits", tx -> {
            tx.afterCommit(() -> System.out.println("recorded"));
            tx.batch(
                    "record guests",
                    "INSERT INTO visit (who, from_city) VALUES (:who, :city)",
                    List.of(Map.of("who", "Grace", "city", "New York"), Map.of("who", "Edsger", "city", "Rotterdam")));
            return tx.insert(
                    "record visit",
                    "id",
                    Long.class,
                    "INSERT INTO visit (who, from_city) VALUES (?, ?)",
                    "Ada",
                    "London");
        });
        System.out.println(database.queryOne("find visit", Visit.class, "SELECT * FROM visit WHERE id = ?", first));

        var cities = Map.of("cities", List.of("London", "Rotterdam"));
        for (var who : database.query("visitors", "SELECT who FROM visit WHERE from_city IN (:cities)", cities)
                .list(String.class)) {
            System.out.println("visitor: " + who);
        }

        // Does not throw what the database refuses: a result that an API may pass on as it is.
        var refused = Attempt.of(() -> database.update("record nobody", "INSERT INTO visit (who) VALUES (NULL)"));
        System.out.println("answer: " + refused.toApiResponse());
        System.out.println("health: " + database.checkHealth().verdict());
    }
}
