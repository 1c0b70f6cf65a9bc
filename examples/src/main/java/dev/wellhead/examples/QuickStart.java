// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.DatabaseManager;

/** Writes to and reads from the database that {@code DATABASE_URL} names. */
public final class QuickStart {

    private QuickStart() {}

    /** Runs the example; the shared manager closes with the JVM. */
    public static void main(String[] args) {
        var database = DatabaseManager.shared().database();
        database.update("create visits", "CREATE TABLE IF NOT EXISTS visit (who text NOT NULL)");
        database.update("record visit", "INSERT INTO visit VALUES (?)", "Ada");

        long visits = database.query("count visits", connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM visit")) {
                rows.next();
                return rows.getLong(1);
            }
        });
        System.out.println("visits: " + visits);

        // Never throws a DatabaseException: a result that an API may pass on as it is.
        var refused = database.attempt("record nobody", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("INSERT INTO visit VALUES (NULL)");
            }
        });
        System.out.println("answer: " + refused.toApiResponse());
        System.out.println("health: " + database.checkHealth().verdict());
    }
}
