// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The settings of a pool of HikariCP 7.1.0 in our keys. The pool that the written file makes behaves as the old one did:
 * defaults that differ are written out. No password is written.
 *
 * @param yaml the text of a {@code wellhead.yaml}; holds no secret
 * @param notes what has no counterpart, what changed its meaning and what is to be done by hand; holds no secret
 */
public record HikariImport(String yaml, List<Note> notes) {

    /** Copies the list. */
    public HikariImport {
        notes = List.copyOf(notes);
    }

    /** What a note is about; the first are to be acted on. */
    public enum Kind {
        /** A password, or what may be one: left out, to be given in another way. */
        SECRET("a secret, left out"),
        /** A <code>${...}</code> that only the environment of the old program resolves: left out. */
        OPEN("depends on the environment, left out"),
        /** A part of the file that was not read. */
        NOT_READ("not read"),
        /** Means something else here, or in more than one key. */
        CHANGED("changed meaning"),
        /** HikariCP itself did not take it as it stands. */
        CORRECTED("HikariCP took it otherwise"),
        /** Exists in code only. */
        IN_CODE("only in code"),
        /** Does not exist here. */
        NO_COUNTERPART("no counterpart");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As texts show it. */
        public String text() {
            return text;
        }

        /** As JSON shows it, such as {@code no-counterpart}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One thing to know about the import.
     *
     * @param kind what it is about
     * @param place where the setting stands, such as {@code hikari.properties:3}
     * @param key the setting as the file spells it
     * @param ours the key, or what else stands for it; empty if nothing does
     * @param text what to know or to do
     */
    public record Note(Kind kind, String place, String key, String ours, String text) {

        /** One line. */
        @Override
        public String toString() {
            return place + ": " + key + ": " + kind.text() + (ours.isEmpty() ? "" : " (" + ours + ")") + ": " + text;
        }
    }

    /**
     * Reads a properties file of HikariCP, or the {@code spring.datasource} of Spring Boot's {@code application.yml} or
     * {@code application.properties}. Blocks for the time it takes to read it.
     *
     * @param springProfiles of a file of several documents, those for these profiles are read over the ones for none
     * @throws InvalidConfigException with all problems at once, when the file cannot be read, or HikariCP would refuse it
     */
    public static HikariImport read(Path file, Set<String> springProfiles) {
        var notes = new HikariNotes();
        var read = HikariFile.read(file, springProfiles, notes);
        if (!notes.problems().isEmpty()) {
            throw new InvalidConfigException(notes.problems());
        }
        var yaml = new HikariTranslation(read, notes).yaml();
        if (!notes.problems().isEmpty()) {
            throw new InvalidConfigException(notes.problems());
        }
        return new HikariImport(yaml, notes.all());
    }
}
