// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Database;
import java.sql.Connection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The library with Jdbi. Its connections carry a name: {@code library} stands in leases, errors and leak reports. */
public final class JdbiLibrary implements Library {

    private final Jdbi jdbi;

    /** Works over the pool of that database. */
    public JdbiLibrary(Database database) {
        // Jdbi.create(database.dataSource()) does as well, without a name.
        jdbi = Jdbi.create(() -> database.dataSource().getConnection("library"));
    }

    @Override
    public long add(String title) {
        return jdbi.withHandle(handle -> handle.createUpdate("INSERT INTO book (title) VALUES (:title)")
                .bind("title", title)
                .executeAndReturnGeneratedKeys("id")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public void addAll(List<String> titles) {
        jdbi.useTransaction(handle -> {
            var batch = handle.prepareBatch("INSERT INTO book (title) VALUES (:title)");
            titles.forEach(title -> batch.bind("title", title).add());
            batch.execute();
        });
    }

    @Override
    public List<String> onShelf() {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT title FROM book WHERE lent_to IS NULL ORDER BY title")
                        .mapTo(String.class)
                        .list());
    }

    @Override
    public void lend(String borrower, List<Long> books) {
        jdbi.useTransaction(handle -> lend(handle, borrower, books));
    }

    @Override
    public void lendWithin(Connection transaction, String borrower, List<Long> books) {
        // Jdbi.create(Connection) leaves the connection open; Jdbi.open(Connection) would close it with its handle.
        try (var handle = Jdbi.create(transaction).open()) {
            lend(handle, borrower, books);
        }
    }

    private static void lend(Handle handle, String borrower, List<Long> books) {
        for (var book : books) {
            int changed = handle.createUpdate(
                            "UPDATE book SET lent_to = :borrower WHERE id = :book AND lent_to IS NULL")
                    .bind("borrower", borrower)
                    .bind("book", book)
                    .execute();
            if (changed != 1) {
                throw new IllegalStateException("book " + book + " is not on the shelf");
            }
        }
    }
}
