// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.Database;
import java.util.List;
import java.util.stream.IntStream;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.Test;

class HibernateLibraryTest extends LibraryContract {

    private HibernateLibrary library;

    @Override
    Library open(Database database) {
        library = new HibernateLibrary(database);
        return library;
    }

    @Override
    String operation() {
        return "";
    }

    @Override
    void spoil(Library opened) {
        library.sessions().inSession(session -> session.doWork(LibraryContract::setOtherwise));
    }

    @Test
    void insertsInBatches() {
        var statistics = library.sessions().getStatistics();
        statistics.setStatisticsEnabled(true);
        statistics.clear();
        library.addAll(
                IntStream.range(0, 100).mapToObj(number -> "Volume " + number).toList());
        assertThat(statistics.getEntityInsertCount()).isEqualTo(100);
        assertThat(statistics.getPrepareStatementCount())
                .as("one INSERT, prepared at most once a batch, and a few numbers of the sequence")
                .isLessThanOrEqualTo(6);
        statistics.setStatisticsEnabled(false);
    }

    @Test
    void asksTheDatabaseOncePerSession() {
        var emma = library.add("Emma");
        library.sessions()
                .inTransaction(session -> assertThat(session.get(Book.class, emma))
                        .isSameAs(session.get(Book.class, emma))
                        .extracting(Book::title, Book::lentTo)
                        .containsExactly("Emma", null));
    }

    @Test
    void knowsTheConstraintByName() {
        assertThatThrownBy(() -> library.add(""))
                .isInstanceOfSatisfying(
                        ConstraintViolationException.class,
                        violated -> assertThat(violated.getConstraintName()).isEqualTo("book_has_a_title"));
    }

    @Test
    void aSessionThatWaitsForItsUserHoldsNoConnection() {
        var emma = library.add("Emma");
        library.sessions().inSession(session -> {
            var transaction = session.beginTransaction();
            var book = session.get(Book.class, emma);
            assertThat(database().snapshot().active()).isOne();
            transaction.commit();
            assertThat(database().snapshot().active()).isZero();
            transaction = session.beginTransaction();
            book.lendTo("Ada");
            transaction.commit();
        });
        assertThat(library.onShelf()).isEqualTo(List.of());
    }
}
