// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Flyway, jOOQ, Jdbi and Hibernate on one pool, in the database that {@code DATABASE_URL} names. */
public final class LibraryTour {

    private LibraryTour() {}

    /** Runs the example; the shared manager closes with the JVM. */
    public static void main(String[] args) {
        run(DatabaseManager.shared().database()).forEach(System.out::println);
    }

    /** What each of them says. */
    static List<String> run(Database database) {
        var said = new ArrayList<String>();
        said.add("Flyway: migrations run: " + FlywaySchema.migrate(database));
        var libraries = new LinkedHashMap<String, Function<Database, Library>>();
        libraries.put("jOOQ", JooqLibrary::new);
        libraries.put("Jdbi", JdbiLibrary::new);
        libraries.put("Hibernate", HibernateLibrary::new);
        libraries.forEach((name, open) -> {
            try (var library = open.apply(database)) {
                long lent = library.add("Emma, added with " + name);
                library.addAll(List.of("Middlemarch", "Persuasion"));
                // Wellhead's own transaction, with its retry and its errors, and the neighbour's statements in it.
                database.transaction("lend", tx -> {
                    library.lendWithin(tx.connection(), "Ada", List.of(lent));
                    return lent;
                });
                said.add(name + ": on the shelf: " + library.onShelf().size());
            }
        });
        said.add("leases left: " + database.leases().size());
        return said;
    }
}
