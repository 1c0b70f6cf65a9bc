// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/** A book as Hibernate keeps it; not final, and with a constructor without arguments, because Hibernate wants both. */
@Entity
public class Book {

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE)
    private @Nullable Long id;

    private String title = "";

    @Column(name = "lent_to")
    private @Nullable String lentTo;

    /** For Hibernate. */
    protected Book() {}

    /** A book that is not in the library yet. */
    public Book(String title) {
        this.title = title;
    }

    /** The number; null before it is in the library. */
    public @Nullable Long id() {
        return id;
    }

    /** The title. */
    public String title() {
        return title;
    }

    /** Who has it; null when it is on the shelf. */
    public @Nullable String lentTo() {
        return lentTo;
    }

    /**
     * Lends it.
     *
     * @throws IllegalStateException when it is lent already
     */
    public void lendTo(String borrower) {
        if (lentTo != null) {
            throw new IllegalStateException("book " + id + " is not on the shelf");
        }
        lentTo = borrower;
    }
}
