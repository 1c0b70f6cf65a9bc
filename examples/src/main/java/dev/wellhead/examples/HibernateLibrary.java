// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static java.util.Objects.requireNonNull;

import dev.wellhead.database.Database;
import java.sql.Connection;
import java.util.List;
import org.hibernate.LockMode;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.BatchSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.cfg.JdbcSettings;
import org.jspecify.annotations.Nullable;

/** The library with Hibernate ORM. */
public final class HibernateLibrary implements Library {

    private static final int BATCH_ROWS = 50;

    private final SessionFactory sessions;

    /** Works over the pool of that database; Hibernate opens none of its own. */
    public HibernateLibrary(Database database) {
        var configuration = new Configuration().addAnnotatedClass(Book.class);
        configuration.getProperties().put(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, database.dataSource());
        // A session that waits for its user between transactions holds no connection.
        configuration.setProperty(
                JdbcSettings.CONNECTION_HANDLING, "DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION");
        configuration.setProperty(BatchSettings.STATEMENT_BATCH_SIZE, BATCH_ROWS);
        sessions = configuration.buildSessionFactory();
    }

    @Override
    public long add(String title) {
        var book = new Book(title);
        sessions.inTransaction(session -> session.persist(book));
        return requireNonNull(book.id());
    }

    @Override
    public void addAll(List<String> titles) {
        sessions.inTransaction(session -> titles.forEach(title -> session.persist(new Book(title))));
    }

    @Override
    public List<String> onShelf() {
        return sessions.fromTransaction(session -> session.createSelectionQuery(
                        "select title from Book where lentTo is null order by title", String.class)
                .getResultList());
    }

    @Override
    public void lend(String borrower, List<Long> books) {
        sessions.inTransaction(session -> {
            for (var number : books) {
                onShelf(number, session.get(Book.class, number, LockMode.PESSIMISTIC_WRITE))
                        .lendTo(borrower);
            }
        });
    }

    @Override
    public void lendWithin(Connection transaction, String borrower, List<Long> books) {
        // A stateless session writes at once. A session would wait for a commit, which is the caller's here.
        try (var session = sessions.openStatelessSession(transaction)) {
            for (var number : books) {
                var book = onShelf(number, session.get(Book.class, number, LockMode.PESSIMISTIC_WRITE));
                book.lendTo(borrower);
                session.update(book);
            }
        }
    }

    /** The factory, for its statistics. */
    SessionFactory sessions() {
        return sessions;
    }

    @Override
    public void close() {
        sessions.close();
    }

    private static Book onShelf(Long number, @Nullable Book book) {
        if (book == null) {
            throw new IllegalStateException("book " + number + " is not on the shelf");
        }
        return book;
    }
}
